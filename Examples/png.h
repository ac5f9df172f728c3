// Writes an 8-bit RGB picture as PNG, with nothing but the C library: a zlib stream of stored (uncompressed) blocks.
// Follows the PNG specification (third edition), RFC 1950 and RFC 1951.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace png {

using Bytes = std::vector<uint8_t>;

inline void appendBigEndian(Bytes &to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(uint8_t(value >> shift));
}

inline uint32_t crc32(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

inline uint32_t adler32(const Bytes &bytes) {
  uint32_t a = 1, b = 0;
  for (uint8_t byte : bytes) a = (a + byte) % 65521, b = (b + a) % 65521;
  return b << 16 | a;
}

inline void appendChunk(Bytes &to, const char *type, const Bytes &data) {
  appendBigEndian(to, uint32_t(data.size()));
  size_t start = to.size();
  to.insert(to.end(), type, type + 4);
  to.insert(to.end(), data.begin(), data.end());
  appendBigEndian(to, crc32(&to[start], to.size() - start));
}

/// `rgb` holds width * height * 3 bytes, rows from the top.  False when the file can't be written.
inline bool write(const std::string &path, int width, int height, const Bytes &rgb) {
  Bytes rows;  // each row after a byte that names its filter: 0, none
  for (int y = 0; y < height; y++) {
    rows.push_back(0);
    rows.insert(rows.end(), rgb.begin() + size_t(y) * width * 3, rgb.begin() + size_t(y + 1) * width * 3);
  }
  Bytes stream = {0x78, 0x01};
  for (size_t start = 0; start < rows.size(); start += 0xffff) {
    size_t count = std::min<size_t>(0xffff, rows.size() - start);
    uint8_t low = uint8_t(count), high = uint8_t(count >> 8);
    Bytes header = {uint8_t(start + count == rows.size()), low, high, uint8_t(~low), uint8_t(~high)};
    stream.insert(stream.end(), header.begin(), header.end());
    stream.insert(stream.end(), rows.begin() + start, rows.begin() + start + count);
  }
  appendBigEndian(stream, adler32(rows));

  Bytes header;
  appendBigEndian(header, uint32_t(width));
  appendBigEndian(header, uint32_t(height));
  for (int byte : {8, 2, 0, 0, 0}) header.push_back(uint8_t(byte));  // 8 bits, RGB, deflate, no interlace
  Bytes file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  appendChunk(file, "IHDR", header);
  appendChunk(file, "IDAT", stream);
  appendChunk(file, "IEND", {});
  FILE *out = std::fopen(path.c_str(), "wb");
  if (!out) return false;
  bool written = std::fwrite(file.data(), 1, file.size(), out) == file.size();
  return std::fclose(out) == 0 && written;
}

}  // namespace png
