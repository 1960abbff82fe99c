// /init of an image, for arm64: replaces itself by another program, with the words and the environment
// that stand behind this code, and with its own arguments added. What the kernel put into the environment
// from its command line goes no further.
//
// aarch64-linux-gnu-as launcher/arm64.s -o arm64.o && aarch64-linux-gnu-objcopy -O binary -j .text arm64.o arm64.bin
	.text
	.globl	_start
_start:
	ldr	x19, [sp]			// argc
	add	x20, sp, #16			// &argv[1]
	lsl	x0, x19, #3
	add	x0, x0, #8192			// room for 1024 pointers and the arguments
	mov	x1, sp
	sub	x1, x1, x0
	and	sp, x1, #-16
	mov	x4, sp				// where the next pointer goes
	adr	x5, words
	mov	x21, x5				// the program
	mov	x22, x4				// its argv
	bl	pointers
arguments:
	ldr	x0, [x20], #8			// our own arguments, and the NULL behind them
	str	x0, [x4], #8
	cbnz	x0, arguments
	mov	x23, x4				// its environment
	bl	pointers
	str	xzr, [x4]
	mov	x0, x21
	mov	x1, x22
	mov	x2, x23
	mov	x8, #221			// execve
	svc	#0

	neg	x19, x0				// it failed: say so, with the error's number
	adr	x1, before
	mov	x2, #(after - before)
	bl	write
	mov	x1, x21
	mov	x2, #0
count:
	ldrb	w0, [x1, x2]			// the length of the program's name
	cbz	w0, counted
	add	x2, x2, #1
	b	count
counted:
	bl	write
	adr	x1, after
	mov	x2, #(end - after)
	bl	write
	sub	sp, sp, #32
	add	x1, sp, #31			// the digits, last one first
	mov	w0, #10
	strb	w0, [x1]
	mov	x3, #10
digits:
	udiv	x6, x19, x3
	msub	x7, x6, x3, x19
	add	w7, w7, #48			// '0'
	strb	w7, [x1, #-1]!
	mov	x19, x6
	cbnz	x19, digits
	add	x2, sp, #32
	sub	x2, x2, x1
	bl	write
	mov	x8, #94				// exit_group
	mov	x0, #127
	svc	#0

// Stores pointers to the words at x5, up to an empty one; leaves x5 behind that one.
pointers:
	ldrb	w0, [x5]
	cbz	w0, last
	str	x5, [x4], #8
skip:
	ldrb	w0, [x5], #1
	cbnz	w0, skip
	b	pointers
last:
	add	x5, x5, #1
	ret

// Writes x2 bytes at x1 to standard error.
write:
	mov	x8, #64
	mov	x0, #2
	svc	#0
	ret

before:
	.ascii	"earlyboot: /init cannot execute "
after:
	.ascii	" (2: it, or the loader it names, is not in the image; 8: it is for another machine): error "
end:
words:
