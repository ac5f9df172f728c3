// A program that has nothing to do with CUDA: forks, vforks, spawns, execs and starts threads, and prints what it sees of
// itself.  Its output must be the same with any library preloaded.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int entries(const char *path) {
  int count = 0;
  DIR *folder = opendir(path);
  while (folder && readdir(folder)) count++;
  if (folder) closedir(folder);
  return count - 2;
}

static void self(const char *when) {
  printf("%s: %d threads, %d descriptors\n", when, entries("/proc/self/task"), entries("/proc/self/fd") - 1);
  for (int number = 1; number < 32; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) printf("  signal %d is handled\n", number);
  }
  fflush(stdout);
}

static int ended(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return status;
}

static void *thread(void *value) { return (char *)value + 1; }

int main(int count, char **words) {
  if (count > 1 && !strcmp(words[1], "again")) {
    self("after exec");
    return 9;
  }
  self("at start");
  pid_t child = fork();
  if (child == 0) {
    self("in a forked child");
    exit(5);
  }
  printf("forked child: %#x\n", ended(child));
  fflush(stdout);
  child = vfork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
    _exit(1);
  }
  printf("vforked child: %#x\n", ended(child));
  fflush(stdout);
  char *arguments[] = {words[0], "again", NULL};
  if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) == 0) printf("spawned child: %#x\n", ended(child));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    execv("/proc/self/exe", arguments);
    _exit(1);
  }
  printf("child that execs: %#x\n", ended(child));
  FILE *pipe = popen("echo through a shell", "r");
  char line[64] = "";
  if (pipe && fgets(line, sizeof line, pipe)) printf("popen: %s", line);
  if (pipe) printf("pclose: %#x\n", pclose(pipe));
  pthread_t id;
  void *result = NULL;
  if (pthread_create(&id, NULL, thread, words) == 0) pthread_join(id, &result);
  printf("thread: %d\n", result == (char *)words + 1);
  self("at the end");
  return 4;
}
