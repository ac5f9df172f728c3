// What preloading costs a program that does nothing: starts it many times without and with LD_PRELOAD, in turns, so that a
// change of the machine's mood hits all of them, and prints the medians and what each list adds.
//
//   preload_cost PROGRAM ROUNDS NAME=LIST ...       LIST: as LD_PRELOAD takes it
//
// A start is posix_spawn until waitpid returns.  Each round starts every variant once, in an order that rotates.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { most_variants = 8 };

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **words) {
  if (count < 3 || count - 2 > most_variants) {
    fprintf(stderr, "usage: preload_cost PROGRAM ROUNDS NAME=LIST ...\n");
    return 2;
  }
  char *program = words[1];
  int rounds = atoi(words[2]), variants = count - 2;  // the first is without a list
  double *times[most_variants];
  char *preload[most_variants] = {NULL}, *names[most_variants] = {"nothing preloaded"};
  for (int v = 0; v < variants; v++) {
    times[v] = calloc((size_t)rounds, sizeof(double));
    if (v == 0) continue;
    char *equals = strchr(words[2 + v], '=');
    if (!equals) return 2;
    names[v] = strndup(words[2 + v], (size_t)(equals - words[2 + v]));
    if (asprintf(&preload[v], "LD_PRELOAD=%s", equals + 1) < 0) return 2;
  }
  for (int round = -5; round < rounds; round++) {  // the first five warm the page cache
    for (int turn = 0; turn < variants; turn++) {
      int v = (turn + round + 5) % variants, status = 0;
      char *environment[] = {"PATH=/usr/bin:/bin", preload[v], NULL}, *arguments[] = {program, NULL};
      double start = milliseconds();
      pid_t child;
      if (posix_spawn(&child, program, NULL, NULL, arguments, environment) != 0 || waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "preload_cost: %s with %s: status %#x\n", program, names[v], status);
        return 1;
      }
      if (round >= 0) times[v][round] = milliseconds() - start;
    }
  }
  double median[most_variants];
  for (int v = 0; v < variants; v++) {
    qsort(times[v], (size_t)rounds, sizeof(double), ascending);
    median[v] = times[v][rounds / 2];
    printf("%s: median %.3f ms, adds %.3f ms\n", names[v], median[v], median[v] - median[0]);
  }
  return 0;
}
