// OpenMP offload: a reduction, a map back and forth, nested parallel loops, and atomics, on the device; every result is
// computed on the host too.  Ends with 0 only if the regions really ran on a device and all is right.
#include <omp.h>
#include <stdio.h>

int main(void) {
  enum { n = 20000, side = 64 };
  static int data[n];
  static double a[side][side], b[side][side], c[side][side];
  int failures = 0, host = 1;
  if (omp_get_num_devices() < 1) { printf("FAIL no device\n"); return 1; }
#pragma omp target map(tofrom : host)
  host = omp_is_initial_device();
  if (host) { printf("FAIL the region ran on the host\n"); return 1; }

  for (int i = 0; i < n; i++) data[i] = i % 321;
  long long sum = 0, wanted = 0;
#pragma omp target teams distribute parallel for map(tofrom : data) reduction(+ : sum)
  for (int i = 0; i < n; i++) { data[i] = data[i] * 3 - 1; sum += data[i]; }
  for (int i = 0; i < n; i++) { int v = i % 321 * 3 - 1; wanted += v; if (data[i] != v && ++failures < 5) printf("FAIL data[%d] is %d, not %d\n", i, data[i], v); }
  if (sum != wanted && ++failures) printf("FAIL sum is %lld, not %lld\n", sum, wanted);

  for (int y = 0; y < side; y++) for (int x = 0; x < side; x++) { a[y][x] = y + x * 0.5; b[y][x] = y * 0.25 - x; }
#pragma omp target teams distribute parallel for collapse(2) map(to : a, b) map(from : c)
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) { double s = 0; for (int k = 0; k < side; k++) s += a[y][k] * b[k][x]; c[y][x] = s; }
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++) { double s = 0; for (int k = 0; k < side; k++) s += a[y][k] * b[k][x]; if (c[y][x] != s && ++failures < 5) printf("FAIL product %d,%d is %g, not %g\n", y, x, c[y][x], s); }

  int count = 0;
#pragma omp target teams num_teams(8) thread_limit(128) map(tofrom : count)
#pragma omp parallel
  {
#pragma omp atomic
    count++;
  }
  if (count < 8 && ++failures) printf("FAIL only %d threads counted\n", count);
  printf(failures ? "FAIL offload\n" : "PASS offload\n");
  return failures != 0;
}
