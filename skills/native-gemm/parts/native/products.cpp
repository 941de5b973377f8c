// Products of a few rows with a packed fp32 weight: y[m,n] = x[m,k] w[n,k]^T.
//
// A weight is packed into panels of kWidth output columns, and a panel holds its k rows one after another, so that a thread reads memory in one
// straight line. A tile keeps up to kRows x kWidth sums in registers and passes over a block of a panel that stays in the first cache; while
// the tiles of one block compute, they fetch the next block. So a weight crosses the memory bus once for any number of rows.
//
// GCC's vector extensions make the same source AVX-512, AVX2 or NEON by -march=native.
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "matrix.h"
#include "pool.h"
#include "vector.h"

namespace {

constexpr int64_t kDepth = 6144 / kWidth;  // rows of a block: 24 KB of weights
constexpr int64_t kChunk = 60;             // rows of x that pass over a panel together
constexpr int64_t kAhead = 64 * kWidth;    // how far a lone tile fetches ahead

struct Sums {
  Vector low, high;
};

struct Block {
  const float* weights;
  int64_t depth;
  const float* next;     // what to fetch meanwhile
  int64_t next_stride;   // how much of it for each row of this block
};

template <int ROWS>
void tile(const float* x, int64_t x_stride, const Block& block, Sums* sums) {
  Vector low[ROWS], high[ROWS];
  for (int row = 0; row < ROWS; row++) low[row] = sums[row].low, high[row] = sums[row].high;
  for (int64_t k = 0; k < block.depth; k++) {
    const Vector first = *(const Vector*)(block.weights + k * kWidth);
    const Vector second = *(const Vector*)(block.weights + k * kWidth + kLanes);
    __builtin_prefetch(block.next + k * block.next_stride, 0, 2);
#pragma GCC unroll 16
    for (int row = 0; row < ROWS; row++) {
      const float value = x[row * x_stride + k];
      low[row] += value * first;
      high[row] += value * second;
    }
  }
  for (int row = 0; row < ROWS; row++) sums[row].low = low[row], sums[row].high = high[row];
}

template <int ROWS = kRows>
void tile_of(int64_t rows, const float* x, int64_t x_stride, const Block& block, Sums* sums) {
  if constexpr (ROWS > 1)
    if (rows < ROWS) return tile_of<ROWS - 1>(rows, x, x_stride, block, sums);
  tile<ROWS>(x, x_stride, block, sums);
}

// At most kChunk rows of x over one panel; columns [column, column + kWidth) of y.
void panel_product(const float* x, int64_t m, int64_t k, const float* panel, float* y, int64_t n, int64_t column) {
  const int64_t tiles = (m + kRows - 1) / kRows;
  Sums sums[kChunk];
  memset(sums, 0, m * sizeof(Sums));
  for (int64_t start = 0; start < k; start += kDepth) {
    const int64_t depth = std::min(kDepth, k - start);
    const float* weights = panel + start * kWidth;
    for (int64_t index = 0; index < tiles; index++) {
      const int64_t from = m * index / tiles, to = m * (index + 1) / tiles;
      const Block block = tiles == 1 ? Block{weights, depth, weights + kAhead, kWidth}
                                     : Block{weights, depth, weights + depth * kWidth * (tiles + index) / tiles, kWidth / tiles};
      tile_of(to - from, x + from * k + start, k, block, sums + from);
    }
  }
  const size_t bytes = std::min(kWidth, n - column) * sizeof(float);
  for (int64_t row = 0; row < m; row++) memcpy(y + row * n + column, &sums[row], bytes);
}

// Columns [column, column + kWidth) of a weight, zero beyond the last one.
void pack_panel(const float* weight, int64_t n, int64_t k, float* panel, int64_t column) {
  const int64_t width = std::min(kWidth, n - column);
  if (width < kWidth) memset(panel, 0, kWidth * k * sizeof(float));
  for (int64_t start = 0; start < k; start += kLanes)  // a line of each column at a time
    for (int64_t lane = 0; lane < width; lane++)
      for (int64_t i = start; i < std::min(start + kLanes, k); i++) panel[i * kWidth + lane] = weight[(column + lane) * k + i];
}

// A weight in 4 KB pages costs a page-table walk every 64 lines.
void ask_huge_pages(float* start, int64_t count) {
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 1 << 21, from = ((uintptr_t)start + page - 1) / page * page, to = (uintptr_t)(start + count) / page * page;
  if (to > from) madvise((void*)from, to - from, MADV_HUGEPAGE);
#endif
}

}  // namespace

extern "C" int64_t panel_width() { return kWidth; }

// `panels` has room for n rounded up to whole panels, times k.
extern "C" void pack(const float* weight, int64_t n, int64_t k, float* panels) {
  const int64_t count = (n + kWidth - 1) / kWidth;
  ask_huge_pages(panels, count * kWidth * k);
  pool::deal(count, [=](int64_t panel) { pack_panel(weight, n, k, panels + panel * kWidth * k, panel * kWidth); });
}

extern "C" void linear(const Matrix* matrix, const float* x, int64_t rows, float* y) {
  const int64_t n = matrix->outputs, k = matrix->inputs;
  pool::deal((n + kWidth - 1) / kWidth, [=](int64_t panel) {
    const float* const weights = (const float*)matrix->weights + panel * kWidth * k;
    for (int64_t from = 0; from < rows; from += kChunk)
      panel_product(x + from * k, std::min(kChunk, rows - from), k, weights, y + from * n, n, panel * kWidth);
  });
}
