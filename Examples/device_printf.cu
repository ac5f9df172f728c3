// printf inside a kernel.  The program sends its own standard output to a file while the kernel prints, then shows the
// lines and compares them with what the C library makes of the same values.  Order between threads is not promised, so
// both sides are sorted.
#include "check.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

constexpr int blocks = 3, threads = 5;

__global__ void hello() {
  int block = blockIdx.x, thread = threadIdx.x, global = block * blockDim.x + thread;
  const char *parity = global % 2 ? "odd" : "even";
  printf("block %d thread %2d: %s, %5.3f, %e, 0x%08x, %lld, %c, 100%%\n", block, thread, parity, global / 7.0,
         global * 1.5e10, 0xc0ffee00u + global, -1234567890123ll * global, 'a' + global);
  if (global == 0) printf("no values at all\n");
}

/// Runs `body` with standard output in a file, and returns the lines that were written, sorted.
template <typename Body>
std::vector<std::string> linesPrinted(Body body) {
  FILE *file = std::tmpfile();
  if (!file) std::perror("tmpfile"), std::exit(2);
  std::fflush(stdout);
  int saved = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  body();
  std::fflush(stdout);
  dup2(saved, STDOUT_FILENO);
  close(saved);
  std::rewind(file);
  std::vector<std::string> lines;
  char line[512];
  while (std::fgets(line, sizeof line, file)) lines.push_back(line);
  std::fclose(file);
  std::sort(lines.begin(), lines.end());
  return lines;
}

int main() {
  std::vector<std::string> lines = linesPrinted([] {
    hello<<<blocks, threads>>>();
    CHECK_LAUNCH();
    CHECK(cudaDeviceSynchronize());
  });

  std::vector<std::string> expected = {"no values at all\n"};
  for (int block = 0; block < blocks; block++)
    for (int thread = 0; thread < threads; thread++) {
      int global = block * threads + thread;
      char line[512];
      std::snprintf(line, sizeof line, "block %d thread %2d: %s, %5.3f, %e, 0x%08x, %lld, %c, 100%%\n", block, thread,
                    global % 2 ? "odd" : "even", global / 7.0, global * 1.5e10, 0xc0ffee00u + global,
                    -1234567890123ll * global, 'a' + global);
      expected.push_back(line);
    }
  std::sort(expected.begin(), expected.end());

  for (const std::string &line : lines) std::printf("  | %s", line.c_str());
  Report report;
  report.computed("%zu lines printed by %d threads of a kernel", lines.size(), blocks * threads);
  report.exact(lines.size(), expected.size());
  for (size_t i = 0; i < std::min(lines.size(), expected.size()); i++) report.exact(lines[i], expected[i]);
  return report.finish();
}
