import type { Architecture } from "./plan.ts";

// Made by launcher/assemble.js from launcher/x64.s and launcher/arm64.s.

// oxfmt-ignore
const x64 = [
  //   _start:
  "488b1c24", // mov (%rsp), %rbx  — argc
  "4c8d642410", // lea 16(%rsp), %r12  — &argv[1]
  "488d04dd00200000", // lea 8192(,%rbx,8), %rax  — room for 1024 pointers and the arguments
  "4829c4", // sub %rax, %rsp
  "4883e4f0", // and $-16, %rsp
  "4889e7", // mov %rsp, %rdi  — where the next pointer goes
  "488d3552010000", // lea words(%rip), %rsi
  "4989f5", // mov %rsi, %r13  — the program
  "4989fe", // mov %rdi, %r14  — its argv
  "e89d000000", // call pointers
  //   arguments:
  "498b0424", // mov (%r12), %rax  — our own arguments, and the NULL behind them
  "4983c408", // add $8, %r12
  "48ab", // stosq
  "4885c0", // test %rax, %rax
  "75f1", // jnz arguments
  "4989ff", // mov %rdi, %r15  — its environment
  "e886000000", // call pointers
  "31c0", // xor %eax, %eax
  "48ab", // stosq
  "4c89ef", // mov %r13, %rdi
  "4c89f6", // mov %r14, %rsi
  "4c89fa", // mov %r15, %rdx
  "b83b000000", // mov $59, %eax  — execve
  "0f05", // syscall
  "f7d8", // neg %eax  — it failed: say so, with the error's number
  "89c3", // mov %eax, %ebx
  "488d3596000000", // lea before(%rip), %rsi
  "ba20000000", // mov $(after - before), %edx
  "e87f000000", // call write
  "4c89ee", // mov %r13, %rsi
  "e86a000000", // call length
  "e872000000", // call write
  "488d3598000000", // lea after(%rip), %rsi
  "ba5b000000", // mov $(end - after), %edx
  "e861000000", // call write
  "488d7424f0", // lea -16(%rsp), %rsi  — the digits, last one first
  "c6060a", // movb $10, (%rsi)
  "89d8", // mov %ebx, %eax
  "b90a000000", // mov $10, %ecx
  //   digits:
  "31d2", // xor %edx, %edx
  "f7f1", // div %ecx
  "83c230", // add $48, %edx  — '0'
  "48ffce", // dec %rsi
  "8816", // mov %dl, (%rsi)
  "85c0", // test %eax, %eax
  "75f0", // jnz digits
  "488d5424f1", // lea -15(%rsp), %rdx
  "4829f2", // sub %rsi, %rdx
  "b801000000", // mov $1, %eax  — write, without a call: the digits are below the stack pointer
  "bf02000000", // mov $2, %edi
  "0f05", // syscall
  "b8e7000000", // mov $231, %eax  — exit_group
  "bf7f000000", // mov $127, %edi
  "0f05", // syscall
  //   pointers:
  "803e00", // cmpb $0, (%rsi)
  "740c", // je last
  "4889f0", // mov %rsi, %rax
  "48ab", // stosq
  //   skip:
  "ac", // lodsb
  "84c0", // test %al, %al
  "75fb", // jnz skip
  "ebef", // jmp pointers
  //   last:
  "48ffc6", // inc %rsi
  "c3", // ret
  //   length:
  "31d2", // xor %edx, %edx
  //   count:
  "803c1600", // cmpb $0, (%rsi,%rdx)
  "7404", // je counted
  "ffc2", // inc %edx
  "ebf6", // jmp count
  //   counted:
  "c3", // ret
  //   write:
  "b801000000", // mov $1, %eax
  "bf02000000", // mov $2, %edi
  "0f05", // syscall
  "c3", // ret
  //   before:
  "6561726c79626f6f743a202f696e69742063616e6e6f74206578656375746520", // .ascii "earlyboot: /init cannot execute "
  //   after:
  "2028323a2069742c206f7220746865206c6f61646572206974206e616d65732c206973206e6f7420696e2074686520696d6167653b20383a20697420697320666f7220616e6f74686572206d616368696e65293a206572726f7220", // .ascii " (2: it, or the loader it names, is not in the image; 8: it is for another machine): error
  //   end:
  //   words:
];

// oxfmt-ignore
const arm64 = [
  //   _start:
  "f30340f9", // ldr x19, [sp]  — argc
  "f4430091", // add x20, sp, #16  — &argv[1]
  "60f27dd3", // lsl x0, x19, #3
  "00084091", // add x0, x0, #8192  — room for 1024 pointers and the arguments
  "e1030091", // mov x1, sp
  "210000cb", // sub x1, x1, x0
  "3fec7c92", // and sp, x1, #-16
  "e4030091", // mov x4, sp  — where the next pointer goes
  "050b0070", // adr x5, words
  "f50305aa", // mov x21, x5  — the program
  "f60304aa", // mov x22, x4  — its argv
  "2b000094", // bl pointers
  //   arguments:
  "808640f8", // ldr x0, [x20], #8  — our own arguments, and the NULL behind them
  "808400f8", // str x0, [x4], #8
  "c0ffffb5", // cbnz x0, arguments
  "f70304aa", // mov x23, x4  — its environment
  "26000094", // bl pointers
  "9f0000f9", // str xzr, [x4]
  "e00315aa", // mov x0, x21
  "e10316aa", // mov x1, x22
  "e20317aa", // mov x2, x23
  "a81b80d2", // mov x8, #221  — execve
  "010000d4", // svc #0
  "f30300cb", // neg x19, x0  — it failed: say so, with the error's number
  "41050010", // adr x1, before
  "020480d2", // mov x2, #(after - before)
  "24000094", // bl write
  "e10315aa", // mov x1, x21
  "020080d2", // mov x2, #0
  //   count:
  "20686238", // ldrb w0, [x1, x2]  — the length of the program's name
  "60000034", // cbz w0, counted
  "42040091", // add x2, x2, #1
  "fdffff17", // b count
  //   counted:
  "1d000094", // bl write
  "01050010", // adr x1, after
  "620b80d2", // mov x2, #(end - after)
  "1a000094", // bl write
  "ff8300d1", // sub sp, sp, #32
  "e17f0091", // add x1, sp, #31  — the digits, last one first
  "40018052", // mov w0, #10
  "20000039", // strb w0, [x1]
  "430180d2", // mov x3, #10
  //   digits:
  "660ac39a", // udiv x6, x19, x3
  "c7cc039b", // msub x7, x6, x3, x19
  "e7c00011", // add w7, w7, #48  — '0'
  "27fc1f38", // strb w7, [x1, #-1]!
  "f30306aa", // mov x19, x6
  "73ffffb5", // cbnz x19, digits
  "e2830091", // add x2, sp, #32
  "420001cb", // sub x2, x2, x1
  "0c000094", // bl write
  "c80b80d2", // mov x8, #94  — exit_group
  "e00f80d2", // mov x0, #127
  "010000d4", // svc #0
  //   pointers:
  "a0004039", // ldrb w0, [x5]
  "a0000034", // cbz w0, last
  "858400f8", // str x5, [x4], #8
  //   skip:
  "a0144038", // ldrb w0, [x5], #1
  "e0ffff35", // cbnz w0, skip
  "fbffff17", // b pointers
  //   last:
  "a5040091", // add x5, x5, #1
  "c0035fd6", // ret
  //   write:
  "080880d2", // mov x8, #64
  "400080d2", // mov x0, #2
  "010000d4", // svc #0
  "c0035fd6", // ret
  //   before:
  "6561726c79626f6f743a202f696e69742063616e6e6f74206578656375746520", // .ascii "earlyboot: /init cannot execute "
  //   after:
  "2028323a2069742c206f7220746865206c6f61646572206974206e616d65732c206973206e6f7420696e2074686520696d6167653b20383a20697420697320666f7220616e6f74686572206d616368696e65293a206572726f7220", // .ascii " (2: it, or the loader it names, is not in the image; 8: it is for another machine): error
  //   end:
  //   words:
];

/** The launcher's machine code, in hexadecimal; its words and its environment stand behind it. */
export const launcherCode: Readonly<Record<Architecture, string>> = {
  x64: x64.join(""),
  arm64: arm64.join(""),
};
