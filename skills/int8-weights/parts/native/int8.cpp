// Products of a few rows with an int8 weight: y[m,n] = x[m,k] w[n,k]^T, where w[n,k] is scale[n] times a number from -127 to 127.
//
// A row of x becomes 16-bit integers with one scale, as fine as 32-bit sums allow (13 bits at k = 2304), so that nearly all of the error is the
// weights'. Two products per lane and instruction: vpmaddwd, or vpdpwssd where the processor has VNNI. Weights stay int8 in memory, which is what
// limits a decode step, and are widened in registers. Panels, tiles and blocks are those of fp32 products: a panel holds, for each pair of k,
// the two weights of each of its columns side by side.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "matrix.h"
#include "pool.h"

namespace {

#if defined(__AVX512BW__)
using Integers = __m512i;
using Packed = __m256i;
constexpr int64_t kLanes = 16, kRows = 12;
Integers widen(const int8_t* weights) { return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const Packed*)weights)); }
Integers repeat(int32_t pair) { return _mm512_set1_epi32(pair); }
Integers add_products(Integers sum, Integers a, Integers b) {
#if defined(__AVX512VNNI__)
  return _mm512_dpwssd_epi32(sum, a, b);
#else
  return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
#endif
}
#else
using Integers = __m256i;
using Packed = __m128i;
constexpr int64_t kLanes = 8, kRows = 6;
inline Integers widen(const int8_t* weights) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const Packed*)weights)); }
inline Integers repeat(int32_t pair) { return _mm256_set1_epi32(pair); }
inline Integers add_products(Integers sum, Integers a, Integers b) {
#if defined(__AVXVNNI__)
  return _mm256_dpwssd_avx_epi32(sum, a, b);
#else
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
#endif
}
#endif

constexpr int64_t kWidth = 2 * kLanes;     // columns of a panel
constexpr int64_t kStride = 2 * kWidth;    // bytes of a panel for one pair of k
constexpr int64_t kDepth = 12288 / kStride;  // pairs of a block: 12 KB of weights
constexpr int64_t kChunk = 60;             // rows of x that pass over a panel together
constexpr int64_t kAhead = 128 * kStride;  // how far a lone tile fetches ahead
constexpr float kMost = 127.0f;

typedef float Floats __attribute__((vector_size(kLanes * 4), aligned(4)));

struct Sums {
  Integers low, high;
};

struct Block {
  const int8_t* weights;
  int64_t depth;
  const int8_t* next;
  int64_t next_stride;
};

// A weight: its panels, then its scales.
struct Panels {
  int64_t outputs, pairs;
  const int8_t* weights;
  const float* scales;
  int64_t count() const { return (outputs + kWidth - 1) / kWidth; }
};

template <int ROWS>
void tile(const int32_t* x, int64_t x_stride, const Block& block, Sums* sums) {
  Integers low[ROWS], high[ROWS];
  for (int row = 0; row < ROWS; row++) low[row] = sums[row].low, high[row] = sums[row].high;
  for (int64_t pair = 0; pair < block.depth; pair++) {
    const Integers first = widen(block.weights + pair * kStride), second = widen(block.weights + pair * kStride + kWidth);
    __builtin_prefetch(block.next + pair * block.next_stride, 0, 2);
#pragma GCC unroll 16
    for (int row = 0; row < ROWS; row++) {
      const Integers values = repeat(x[row * x_stride + pair]);
      low[row] = add_products(low[row], values, first);
      high[row] = add_products(high[row], values, second);
      asm volatile("" : "+v"(low[row]), "+v"(high[row]));  // one row after another, or the compiler runs out of registers
    }
  }
  for (int row = 0; row < ROWS; row++) sums[row].low = low[row], sums[row].high = high[row];
}

template <int ROWS = kRows>
void tile_of(int64_t rows, const int32_t* x, int64_t x_stride, const Block& block, Sums* sums) {
  if constexpr (ROWS > 1)
    if (rows < ROWS) return tile_of<ROWS - 1>(rows, x, x_stride, block, sums);
  tile<ROWS>(x, x_stride, block, sums);
}

// Rows of x as pairs of 16-bit integers, each row with its scale.
struct Rows {
  int64_t pairs;
  std::vector<int32_t> values;
  std::vector<float> scales;
};

// The largest integer that keeps the sum over k of products with +-127 below 2^31.
float finest(int64_t k) { return std::floor(std::min(32767.0, (std::pow(2.0, 31) - 1) / (kMost * double(k)))); }

void quantise_row(const float* x, int64_t k, int16_t* out, float* scale) {
  Floats most = {};
  int64_t i = 0;
  for (; i + kLanes <= k; i += kLanes) {
    const Floats value = *(const Floats*)(x + i), size = value < 0 ? -value : value;
    most = size > most ? size : most;
  }
  float largest = 0;
  for (int lane = 0; lane < kLanes; lane++) largest = std::max(largest, most[lane]);
  for (; i < k; i++) largest = std::max(largest, std::fabs(x[i]));
  const float top = finest(k), factor = largest > 0 ? top / largest : 0.0f;
  for (i = 0; i < k; i++) out[i] = int16_t(int32_t(x[i] * factor + (x[i] < 0 ? -0.5f : 0.5f)));
  if (k % 2) out[k] = 0;
  *scale = largest / top;
}

void quantise(const float* x, int64_t m, int64_t k, Rows& rows) {
  rows.pairs = (k + 1) / 2;
  rows.values.resize(m * rows.pairs);
  rows.scales.resize(m);
  const auto row = [&](int64_t i) { quantise_row(x + i * k, k, (int16_t*)(rows.values.data() + i * rows.pairs), &rows.scales[i]); };
  if (m * k > 32768)
    pool::deal(m, row);
  else
    for (int64_t i = 0; i < m; i++) row(i);
}

// Rows [from, from + m), at most kChunk, over one panel.
void panel_product(const Rows& rows, int64_t from, int64_t m, const Panels& w, int64_t panel, float* y) {
  const int64_t tiles = (m + kRows - 1) / kRows;
  const int8_t* weights = w.weights + panel * w.pairs * kStride;
  Sums sums[kChunk];
  memset((void*)sums, 0, m * sizeof(Sums));
  for (int64_t start = 0; start < w.pairs; start += kDepth) {
    const int64_t depth = std::min(kDepth, w.pairs - start);
    const int8_t* here = weights + start * kStride;
    for (int64_t index = 0; index < tiles; index++) {
      const int64_t first = m * index / tiles, last = m * (index + 1) / tiles;
      const Block block = tiles == 1 ? Block{here, depth, here + kAhead, kStride}
                                     : Block{here, depth, here + depth * kStride * (tiles + index) / tiles, kStride / tiles};
      tile_of(last - first, rows.values.data() + (from + first) * w.pairs + start, w.pairs, block, sums + first);
    }
  }
  const int64_t column = panel * kWidth, width = std::min(kWidth, w.outputs - column);
  for (int64_t row = 0; row < m; row++) {
    const int32_t* sum = (const int32_t*)&sums[row];
    const float scale = rows.scales[from + row];
    for (int64_t lane = 0; lane < width; lane++) y[(from + row) * w.outputs + column + lane] = sum[lane] * scale * w.scales[column + lane];
  }
}

void pack_column(const float* column, int64_t k, int8_t* panel, int64_t lane, float* scale) {
  float largest = 0;
  for (int64_t i = 0; i < k; i++) largest = std::max(largest, std::fabs(column[i]));
  const float factor = largest > 0 ? kMost / largest : 0.0f;
  *scale = largest / kMost;
  for (int64_t i = 0; i < k; i++)
    panel[i / 2 * kStride + 2 * lane + i % 2] = int8_t(int32_t(column[i] * factor + (column[i] < 0 ? -0.5f : 0.5f)));
}

}  // namespace

extern "C" int64_t packed_bytes(int64_t n, int64_t k) { return (n + kWidth - 1) / kWidth * ((k + 1) / 2) * kStride; }

// `weights` has packed_bytes(n, k), `scales` n.
extern "C" void pack(const float* weight, int64_t n, int64_t k, int8_t* weights, float* scales) {
  const int64_t pairs = (k + 1) / 2;
  pool::deal((n + kWidth - 1) / kWidth, [=](int64_t panel) {
    int8_t* const out = weights + panel * pairs * kStride;
    memset(out, 0, pairs * kStride);
    for (int64_t lane = 0; lane < std::min(kWidth, n - panel * kWidth); lane++)
      pack_column(weight + (panel * kWidth + lane) * k, k, out, lane, scales + panel * kWidth + lane);
  });
}

extern "C" void linear(const Matrix* matrix, const float* x, int64_t count, float* y) {
  thread_local Rows scratch;
  Rows& rows = scratch;  // by its own name it would be each thread's own
  quantise(x, count, matrix->inputs, rows);
  const Panels panels{matrix->outputs, rows.pairs, (const int8_t*)matrix->weights, matrix->scales};
  pool::deal(panels.count(), [&](int64_t panel) {
    for (int64_t from = 0; from < count; from += kChunk) panel_product(rows, from, std::min(kChunk, count - from), panels, panel, y);
  });
}
