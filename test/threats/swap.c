#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <fcntl.h>

/* Exchanges the names of each pair for ever, until its parent ends: a b [c d …]. Says "ready" before it begins. */
int main(int count, char **names) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  puts("ready");
  fflush(stdout);
  for (;;)
    for (int at = 1; at + 1 < count; at += 2)
      syscall(SYS_renameat2, AT_FDCWD, names[at], AT_FDCWD, names[at + 1], 2 /* RENAME_EXCHANGE */);
}
