// Attention of a whole batch over one layer of the cache.
#pragma once

#include <cstdint>

// A stretch of one sequence: `count` tokens from `start` on, whose first is row `row` of the batch.
struct Span {
  int64_t slot, start, count, row;
};

// query, key, value: a row per token, heads one after another, rows `stride` floats apart; context: tokens of a slot; out: (rows, heads * head_dim).
extern "C" void attend(const Span* spans, int64_t count, int64_t heads, int64_t kv_heads, int64_t head_dim, int64_t context, const float* query,
                       int64_t query_stride, const float* key, int64_t key_stride, const float* value, int64_t value_stride, float* keys,
                       float* values, float* out);
