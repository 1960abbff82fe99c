/* An init that loads the modules it is given, one after the other, and tells what finit_module(2) took. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int count, char **words)
{
	double all = 0;
	for (int at = 1; at < count; at++) {
		int file = open(words[at], O_RDONLY | O_CLOEXEC);
		double begin = milliseconds();
		long result = syscall(SYS_finit_module, file, "", 0);
		double took = milliseconds() - begin;
		close(file);
		all += took;
		printf("finit_module %ld %.3f ms %s\n", result, took, words[at]);
	}
	printf("finit_module of all: %.3f ms\n", all);
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
