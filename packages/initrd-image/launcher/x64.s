# /init of an image, for x86-64: replaces itself by another program, with the words and the environment
# that stand behind this code, and with its own arguments added. What the kernel put into the environment
# from its command line goes no further.
#
# as launcher/x64.s -o x64.o && objcopy -O binary -j .text x64.o x64.bin
	.text
	.globl	_start
_start:
	mov	(%rsp), %rbx			# argc
	lea	16(%rsp), %r12			# &argv[1]
	lea	8192(,%rbx,8), %rax		# room for 1024 pointers and the arguments
	sub	%rax, %rsp
	and	$-16, %rsp
	mov	%rsp, %rdi			# where the next pointer goes
	lea	words(%rip), %rsi
	mov	%rsi, %r13			# the program
	mov	%rdi, %r14			# its argv
	call	pointers
arguments:
	mov	(%r12), %rax			# our own arguments, and the NULL behind them
	add	$8, %r12
	stosq
	test	%rax, %rax
	jnz	arguments
	mov	%rdi, %r15			# its environment
	call	pointers
	xor	%eax, %eax
	stosq
	mov	%r13, %rdi
	mov	%r14, %rsi
	mov	%r15, %rdx
	mov	$59, %eax			# execve
	syscall

	neg	%eax				# it failed: say so, with the error's number
	mov	%eax, %ebx
	lea	before(%rip), %rsi
	mov	$(after - before), %edx
	call	write
	mov	%r13, %rsi
	call	length
	call	write
	lea	after(%rip), %rsi
	mov	$(end - after), %edx
	call	write
	lea	-16(%rsp), %rsi			# the digits, last one first
	movb	$10, (%rsi)
	mov	%ebx, %eax
	mov	$10, %ecx
digits:
	xor	%edx, %edx
	div	%ecx
	add	$48, %edx			# '0'
	dec	%rsi
	mov	%dl, (%rsi)
	test	%eax, %eax
	jnz	digits
	lea	-15(%rsp), %rdx
	sub	%rsi, %rdx
	mov	$1, %eax			# write, without a call: the digits are below the stack pointer
	mov	$2, %edi
	syscall
	mov	$231, %eax			# exit_group
	mov	$127, %edi
	syscall

# Stores pointers to the words at rsi, up to an empty one; leaves rsi behind that one.
pointers:
	cmpb	$0, (%rsi)
	je	last
	mov	%rsi, %rax
	stosq
skip:
	lodsb
	test	%al, %al
	jnz	skip
	jmp	pointers
last:
	inc	%rsi
	ret

# The length of the word at rsi, in edx.
length:
	xor	%edx, %edx
count:
	cmpb	$0, (%rsi,%rdx)
	je	counted
	inc	%edx
	jmp	count
counted:
	ret

# Writes edx bytes at rsi to standard error.
write:
	mov	$1, %eax
	mov	$2, %edi
	syscall
	ret

before:
	.ascii	"earlyboot: /init cannot execute "
after:
	.ascii	" (2: it, or the loader it names, is not in the image; 8: it is for another machine): error "
end:
words:
