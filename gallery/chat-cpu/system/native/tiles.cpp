// The matrix unit multiplies bfloat16 and adds in fp32. The weights are bfloat16 already; a number of x in fp32 is the sum of three bfloat16
// numbers of eight bits each, without any rest. So three products, added up, give what fp32 gives: each is exact, and only the order of the sums is
// another.
//
// A weight is packed into panels of 32 columns; for each 32 inputs a panel has two tiles of 16 columns, in which the two inputs of a pair lie
// side by side, as the unit wants them. A panel is read in one straight line, and again from the second cache where there are many rows.
#include "tiles.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "pool.h"
#include "vector.h"

#if defined(__AMX_BF16__) && defined(__AVX512F__)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tiles {
namespace {

constexpr int64_t kDepth = 32;                  // inputs of a tile
constexpr int64_t kColumns = 16;                // of a tile; a panel has two of them
constexpr int64_t kTile = kDepth * kColumns;    // numbers of a weight's tile
constexpr int64_t kParts = 3;                   // bfloat16 numbers that make one in fp32
constexpr int64_t kTileRows = 16;               // the most rows of a tile
constexpr int64_t kAhead = 4;                   // depths that are fetched ahead

bool allowed() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  static const bool answer = syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return answer;
}

struct alignas(64) Palette {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t bytes[16] = {};
  uint8_t rows[16] = {};
};

// Tiles 0 to 3 are sums, 4 and 5 the weight's, 6 and 7 rows of x. Setting them up costs more than a tile's product.
void shape(int64_t first, int64_t second) {
  thread_local int64_t set_first = -1, set_second = -1;
  if (first == set_first && second == set_second) return;
  set_first = first, set_second = second;
  Palette palette;
  const int64_t rows[8] = {first, first, second, second, kTileRows, kTileRows, first, second};
  for (int tile = 0; tile < 8; tile++)
    if (rows[tile]) palette.rows[tile] = uint8_t(rows[tile]), palette.bytes[tile] = 64;
  _tile_loadconfig(&palette);
}

// Rows of x that were taken apart: for each depth and each part a line of 32 numbers of each row.
struct Split {
  const uint16_t* numbers;
  int64_t rows;
  const uint16_t* at(int64_t depth, int64_t part, int64_t row) const { return numbers + ((depth * kParts + part) * rows + row) * kDepth; }
};

void fetch(const uint16_t* weights) {
  for (int64_t line = 0; line < 2 * kTile; line += 32) _mm_prefetch((const char*)(weights + kAhead * 2 * kTile + line), _MM_HINT_T0);
}

// Up to 16 rows over a whole panel. A sum waits for the one before it, so that the middle part has sums of its own.
void narrow_pass(const Split& x, int64_t row, int64_t rows, const uint16_t* panel, int64_t depths, float* sums) {
  shape(rows, rows);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t depth = 0; depth < depths; depth++) {
    const uint16_t* const weights = panel + depth * 2 * kTile;
    fetch(weights);
    _tile_loadd(4, weights, 64);
    _tile_loadd(5, weights + kTile, 64);
    _tile_loadd(6, x.at(depth, 0, row), 64);
    _tile_dpbf16ps(0, 6, 4);
    _tile_dpbf16ps(1, 6, 5);
    if (kParts > 1) {
      _tile_loadd(7, x.at(depth, 1, row), 64);
      _tile_dpbf16ps(2, 7, 4);
      _tile_dpbf16ps(3, 7, 5);
    }
    if (kParts > 2) {
      _tile_loadd(6, x.at(depth, 2, row), 64);
      _tile_dpbf16ps(0, 6, 4);
      _tile_dpbf16ps(1, 6, 5);
    }
  }
  alignas(64) float middle[kTileRows * kWidth];
  _tile_stored(0, sums, 128);
  _tile_stored(1, sums + kColumns, 128);
  _tile_stored(2, middle, 128);
  _tile_stored(3, middle + kColumns, 128);
  for (int64_t i = 0; i < rows * kWidth; i += kLanes) *(Vector*)(sums + i) += *(const Vector*)(middle + i);
}

// More rows, up to 32: `first` of them in one tile, `second` in another.
void wide_pass(const Split& x, int64_t row, int64_t first, int64_t second, const uint16_t* panel, int64_t depths, float* sums) {
  shape(first, second);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t depth = 0; depth < depths; depth++) {
    const uint16_t* const weights = panel + depth * 2 * kTile;
    if (row == 0) fetch(weights);
    _tile_loadd(4, weights, 64);
    _tile_loadd(5, weights + kTile, 64);
    for (int64_t part = 0; part < kParts; part++) {
      _tile_loadd(6, x.at(depth, part, row), 64);
      _tile_dpbf16ps(0, 6, 4);
      _tile_dpbf16ps(1, 6, 5);
      _tile_loadd(7, x.at(depth, part, row + first), 64);
      _tile_dpbf16ps(2, 7, 4);
      _tile_dpbf16ps(3, 7, 5);
    }
  }
  _tile_stored(0, sums, 128);
  _tile_stored(1, sums + kColumns, 128);
  _tile_stored(2, sums + first * kWidth, 128);
  _tile_stored(3, sums + first * kWidth + kColumns, 128);
}

// Columns [column, column + 32) of y.
void panel_product(const Split& x, const uint16_t* panel, int64_t depths, float* y, int64_t n, int64_t column) {
  alignas(64) float sums[2 * kTileRows * kWidth];
  const int64_t passes = (x.rows + 2 * kTileRows - 1) / (2 * kTileRows);
  const size_t bytes = std::min(kWidth, n - column) * sizeof(float);
  for (int64_t index = 0; index < passes; index++) {
    const int64_t from = x.rows * index / passes, rows = x.rows * (index + 1) / passes - from;
    if (rows <= kTileRows) narrow_pass(x, from, rows, panel, depths, sums);
    else wide_pass(x, from, (rows + 1) / 2, rows / 2, panel, depths, sums);
    for (int64_t row = 0; row < rows; row++) memcpy(y + (from + row) * n + column, sums + row * kWidth, bytes);
  }
}

// One row's parts: the highest eight bits of each number, those below, and the rest.
void take_apart(const float* x, int64_t depths, int64_t row, int64_t rows, uint16_t* to) {
  for (int64_t depth = 0; depth < depths; depth++)
    for (int64_t half = 0; half < kDepth; half += kLanes) {
      Vector rest = *(const Vector*)(x + depth * kDepth + half);
      for (int64_t part = 0; part < kParts; part++) {
        const Integers high = (Integers)rest & int32_t(0xffff0000);
        const __m256i narrow = _mm512_cvtepi32_epi16((__m512i)((Integers)rest >> 16));
        _mm256_storeu_si256((__m256i*)(to + ((depth * kParts + part) * rows + row) * kDepth + half), narrow);
        rest -= (Vector)high;
      }
    }
}

}  // namespace

bool fit(int64_t inputs) { return inputs % kDepth == 0 && allowed(); }

void pack(const float* weight, int64_t n, int64_t k, uint16_t* panels) {
  pool::deal((n + kWidth - 1) / kWidth, [=](int64_t panel) {
    uint16_t* to = panels + panel * kWidth * k;
    for (int64_t start = 0; start < k; start += kDepth)
      for (int64_t first = panel * kWidth; first < (panel + 1) * kWidth; first += kColumns)
        for (int64_t pair = 0; pair < kDepth; pair += 2)
          for (int64_t column = first; column < first + kColumns; column++)
            for (int64_t i = start + pair; i < start + pair + 2; i++)
              *to++ = column < n ? uint16_t(std::bit_cast<uint32_t>(weight[column * k + i]) >> 16) : 0;
  });
}

void product(const uint16_t* panels, int64_t n, int64_t k, const float* x, int64_t rows, float* y) {
  const int64_t depths = k / kDepth;
  static std::vector<uint16_t> split;  // one product at a time
  if (int64_t(split.size()) < kParts * rows * k + 32) split.resize(kParts * rows * k + 32);
  uint16_t* const parts = (uint16_t*)(((uintptr_t)split.data() + 63) / 64 * 64);
  const auto row_apart = [=](int64_t row) { take_apart(x + row * k, depths, row, rows, parts); };
  if (rows <= kTileRows)
    for (int64_t row = 0; row < rows; row++) row_apart(row);
  else
    pool::deal(rows, row_apart);
  pool::deal((n + kWidth - 1) / kWidth, [=](int64_t panel) {
    panel_product(Split{parts, rows}, panels + panel * kWidth * k, depths, y, n, panel * kWidth);
  });
}

}  // namespace tiles

#else

namespace tiles {
bool fit(int64_t) { return false; }
void pack(const float*, int64_t, int64_t, uint16_t*) {}
void product(const uint16_t*, int64_t, int64_t, const float*, int64_t, float*) {}
}  // namespace tiles

#endif
