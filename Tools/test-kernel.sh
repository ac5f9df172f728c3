#!/bin/bash
# Boots Debian's own kernels with the real amdgpu driver in QEMU (no GPU, no KVM needed) and runs there: the probe, whose
# answers must be those recorded; our KFD layer; and a CUDA program, which must get cudaErrorNoDevice.
#
#   test-kernel.sh PREFIX [6.12|6.1 ...]      default: 6.12 and 6.1
#
# Kernel packages are downloaded and unpacked below .build/kernel, never installed.  Prints ok and FAIL lines and ends with
# 'N passed, N failed'.  KERNEL_TIMEOUT: seconds of processor time for one boot (default 300), six
# times which it may take by the clock: a machine with much else to do fails no boot.  `--record SERIES FILE` writes a new record.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -lt 1 ]; then echo "usage: test-kernel.sh PREFIX [6.12|6.1 ...]" >&2; exit 2; fi
prefix=$(realpath "$1")
shift
new_record=
if [ "${1:-}" = --record ]; then new_record=$3; set -- "$2"; fi
if [ $# -eq 0 ]; then set -- 6.12 6.1; fi
work=$root/.build/kernel
reference=$root/Tests/KernelReference
limit=${KERNEL_TIMEOUT:-300}
passed=0 failed=0
mkdir -p "$work"

ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "FAIL $1"; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]; exit; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# --- what is needed here -----------------------------------------------------------------------------------------------------

updated=
update() { [ -n "$updated" ] || as_root apt-get -o DPkg::Lock::Timeout=600 update -qq; updated=1; }
missing=()
for pair in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio depmod:kmod xz:xz-utils gcc:gcc; do
  PATH=$PATH:/sbin:/usr/sbin command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "test-kernel.sh: installing ${missing[*]}"
  update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qq --yes --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 \
    || { tail -n 5 "$work/apt.log"; bad "the packages ${missing[*]} install"; finish; }
fi
PATH=$PATH:/sbin:/usr/sbin

# --- a kernel ----------------------------------------------------------------------------------------------------------------

unpack_kernel() { # SERIES FOLDER: its image and the modules that amdgpu may need
  local series=$1 folder=$2 meta package deb all
  [ ! -e "$folder/.complete" ] || return 0
  case $series in
    6.1) meta=linux-image-amd64 ;;
    6.12) meta=linux-image-6.12-amd64 ;;
    *) echo "test-kernel.sh: no kernel series $series" >&2; return 1 ;;
  esac
  update
  package=$(apt-cache depends --no-recommends --no-suggests "$meta" | awk '/Depends: linux-image-/ {print $2; exit}')
  [ -n "$package" ] || { echo "test-kernel.sh: apt does not know $meta here"; return 1; }
  echo "downloading $package"
  rm -rf "$folder"
  mkdir -p "$folder/deb"
  (cd "$folder/deb" && apt-get download -qq "$package" 2>&1 | grep -v unsandboxed)
  deb=$(find "$folder/deb" -name '*.deb' | head -n 1)
  [ -n "$deb" ] || return 1
  all='./lib/modules/*/kernel'
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$folder" --wildcards './boot/vmlinuz-*' './lib/modules/*/modules.*' "$all/drivers/gpu/*" \
    "$all/drivers/i2c/*" "$all/drivers/video/*" "$all/drivers/acpi/*" "$all/drivers/media/cec/*" "$all/drivers/media/rc/rc-core.ko*" \
    "$all/drivers/platform/x86/*" "$all/lib/*" "$all/crypto/*" "$all/arch/*" || return 1
  dpkg-deb -f "$deb" Package Version | tr '\n' ' ' >"$folder/package"
  rm -rf "$folder/deb"
  depmod -b "$folder" "$(ls "$folder/lib/modules")" && touch "$folder/.complete"
}

# --- what runs in it ---------------------------------------------------------------------------------------------------------

programs() { # FOLDER: dynamic programs with the libraries that they name, at the places where they look
  local folder=$1 file library
  gcc -O1 -Wall -static -pthread -idirafter "$root/Sources/CKFD/include" -o "$folder/bin/probe" "$reference/probe.c" || return 1
  gcc -O1 -Wall -o "$folder/bin/no_device" "$reference/no_device.c" || return 1
  swift build --package-path "$root" -c release --product kernel-check 2>&1 | "$root/Tools/build-output.sh" kernel-check || return 1
  cp "$(swift build --package-path "$root" -c release --show-bin-path)/kernel-check" "$folder/bin/"
  mkdir -p "$folder/carmine/bin" "$folder/carmine/lib/carmine"
  cp "$prefix/bin/carmine" "$folder/carmine/bin/"
  cp "$prefix"/lib/*.so* "$folder/carmine/lib/"
  cp "$prefix/lib/carmine/device.bc" "$folder/carmine/lib/carmine/"
  strip "$folder/carmine/bin/carmine" "$folder"/carmine/lib/*.so* 2>/dev/null
  for file in "$folder"/bin/* "$folder"/carmine/bin/* "$folder"/carmine/lib/*.so*; do
    ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | grep -v "^$folder\|^$prefix"
  done | sort -u | while read -r library; do
    mkdir -p "$folder$(dirname "$library")"
    cp -L "$library" "$folder$library"
  done
}

modules() { # KERNEL-FOLDER VERSION TO: amdgpu and what it depends on, in order
  local file name
  while read -r _ file _; do
    name=$(basename "$file")
    case $name in
      *.xz) xz -dc "$file" >"$3/${name%.xz}"; name=${name%.xz} ;;
      *) cp "$file" "$3/$name" ;;
    esac
    strip --strip-debug "$3/$name" 2>/dev/null
    echo "$name" >>"$3/order"
  done < <(modprobe -S "$2" -d "$1" --show-depends amdgpu | grep '^insmod')
}

init='#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mkdir -p /dev/shm /tmp
for m in $(cat /modules/order); do insmod /modules/$m || echo "@@ FAIL insmod $m"; done
[ -c /dev/kfd ] && echo "@@ DEVKFD yes"
echo "@@ BEGIN topology"
T=/sys/class/kfd/kfd
ls -l $T/ | cut -c1-10,57- ; cat $T/dev $T/uevent
find $T/topology/ -type d | sort
find $T/topology/ $T/proc -type f 2>/dev/null | sort | while read f; do echo "--- $f ($(stat -c %a $f), stat size $(stat -c %s $f), read size $(wc -c < $f 2>/dev/null))"; cat $f 2>&1; echo; done
echo "@@ END topology"
echo "@@ BEGIN probe"
probe; echo "@@ END probe $?"
echo "@@ BEGIN check"
kernel-check --no-gpu; echo "@@ END check $?"
export CARMINE_DEVICE=kfd LD_LIBRARY_PATH=/carmine/lib
echo "@@ BEGIN cuda"
no_device; echo "@@ END cuda $?"
echo "@@ BEGIN info"
/carmine/bin/carmine info; echo "@@ END info $?"
echo "@@ BEGIN fallback"
CARMINE_DEVICE=auto /carmine/bin/carmine info; echo "@@ END fallback $?"
poweroff -f
'

part() { sed -n "/^@@ BEGIN $1/,/^@@ END $1/p" "$log"; }
ended() { part "$1" | grep -q "^@@ END $1 $2\$"; }

one_series() {
  local series=$1 kernel=$work/linux-$1 folder=$work/initramfs-$1 version log=$work/boot-$1.log
  if ! unpack_kernel "$series" "$kernel"; then bad "Linux $series is downloaded"; return; fi
  version=$(ls "$kernel/lib/modules")
  rm -rf "$folder"
  mkdir -p "$folder"/{bin,dev,proc,sys,modules,tmp}
  cp -L "$(command -v busybox)" "$folder/bin/busybox"
  if ! programs "$folder"; then bad "the programs for Linux $series build"; return; fi
  modules "$kernel" "$version" "$folder/modules"
  printf '%s' "$init" >"$folder/init"
  chmod +x "$folder/init"
  (cd "$folder" && find . | cpio -o -H newc --quiet -R 0:0) | gzip -1 >"$work/initramfs-$series.gz"
  rm -rf "$folder"
  echo "== $(cat "$kernel/package"): $(($(stat -c %s "$work/initramfs-$series.gz") >> 20)) MiB of programs and modules"
  (ulimit -t "$limit"; exec timeout -k 5 "$((limit * 6))" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 2G -nodefaults -nographic -serial stdio -no-reboot \
    -kernel "$kernel/boot/vmlinuz-$version" -initrd "$work/initramfs-$series.gz" \
    -append "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off nokaslr rdinit=/init") </dev/null 2>&1 | tr -d '\r\033' >"$log"
  if ! grep -q '@@ DEVKFD yes' "$log"; then tail -n 15 "$log"; bad "Linux $series boots and its amdgpu makes /dev/kfd"; return; fi
  if grep -q '^@@ FAIL' "$log"; then bad "Linux $series: $(grep -m 1 '^@@ FAIL' "$log")"; else ok "Linux $series boots and its amdgpu makes /dev/kfd"; fi
  part probe >"$work/probe-$series.txt"
  if ! ended probe 0; then
    tail -n 5 "$work/probe-$series.txt"
    bad "Linux $series: the probe comes to its end"
  elif [ -n "$new_record" ]; then
    { echo "# the real amdkfd driver without a GPU; kernel $version, package $(cat "$kernel/package")"; part topology; part probe; } >"$new_record"
    ok "Linux $series: recorded in $new_record"
  elif "$reference/compare" "$reference/recorded-$series.txt" "$work/probe-$series.txt" >"$work/compare-$series.txt"; then
    ok "Linux $series answers as recorded ($(tail -n 1 "$work/compare-$series.txt"))"
  else
    cat "$work/compare-$series.txt"
    bad "Linux $series answers as recorded"
  fi
  part check | sed 's/^/  /' | grep -v '@@'
  if ended check 0; then ok "Linux $series: the KFD layer opens, reads, waits and is refused as it should"; else bad "Linux $series: the KFD layer"; fi
  part cuda | grep -v '@@'
  if ended cuda 0; then ok "Linux $series: a CUDA program gets cudaErrorNoDevice"; else bad "Linux $series: a CUDA program gets cudaErrorNoDevice"; fi
  if part info | grep -q 'none: .*lists no GPU' && ended info 0; then ok "Linux $series: carmine info says that there is no GPU"; else part info | head -n 5; bad "Linux $series: carmine info says that there is no GPU"; fi
  if part fallback | grep -q 'through the software GPU' && ended fallback 0; then ok "Linux $series: without a GPU the software GPU is taken"; else part fallback | head -n 5; bad "Linux $series: without a GPU the software GPU is taken"; fi
}

for series in "$@"; do one_series "$series"; done
finish
