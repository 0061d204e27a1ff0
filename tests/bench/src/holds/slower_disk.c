/* A disk that confirms later: loaded before a program (LD_PRELOAD), it lets every fsync and fdatasync take WISHWELL_DISK_DELAY_US microseconds
 * longer than the disk that is there. Nothing else of the program is touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static long delay_us;

__attribute__((constructor)) static void read_delay(void) {
  const char *text = getenv("WISHWELL_DISK_DELAY_US");
  delay_us = text ? strtol(text, NULL, 10) : 0;
}

static int later(int answer) {
  int error = errno;
  struct timespec left = {delay_us / 1000000, delay_us % 1000000 * 1000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = error;
  return answer;
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return later(real(fd));
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return later(real(fd));
}
