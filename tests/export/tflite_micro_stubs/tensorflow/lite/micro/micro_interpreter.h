// Stands in for the header of this name in tests. What it computes: the next state is the one before
// plus the first number of the frame, the next clock counts on, and the second score is the state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "stream.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

struct TfLiteTensor {
  union {
    float* f;
    int32_t* i32;
  } data;
};

namespace tflite {

class MicroInterpreter {
 public:
  template <typename Resolver>
  MicroInterpreter(const Model* model, const Resolver& resolver, uint8_t* arena, size_t bytes)
      : fit_(model->content == stream_model && resolver.full() && bytes == STREAM_ARENA_BYTES &&
             reinterpret_cast<uintptr_t>(arena) % 16 == 0) {
    inputs_[0].data.f = frame_;
    inputs_[1].data.f = state_;
    inputs_[2].data.i32 = clock_;
    outputs_[0].data.f = scores_;
    outputs_[1].data.f = next_state_;
    outputs_[2].data.i32 = next_clock_;
  }

  TfLiteStatus AllocateTensors() { return fit_ ? kTfLiteOk : kTfLiteError; }
  TfLiteTensor* input(size_t index) { return &inputs_[index]; }
  TfLiteTensor* output(size_t index) { return &outputs_[index]; }

  TfLiteStatus Invoke() {
    for (int i = 0; i < STREAM_STATE; i++) next_state_[i] = state_[i] + frame_[0];
    for (int i = 0; i < STREAM_CLOCK; i++) next_clock_[i] = clock_[i] + 1;
    for (int i = 0; i < STREAM_SCORES; i++) scores_[i] = 0;
    scores_[1] = state_[STREAM_STATE - 1];
    scores_[2] = static_cast<float>(clock_[STREAM_CLOCK - 1]) / 2;
    return kTfLiteOk;
  }

 private:
  bool fit_;
  float frame_[STREAM_FRAME], state_[STREAM_STATE], scores_[STREAM_SCORES];
  float next_state_[STREAM_STATE];
  int32_t clock_[STREAM_CLOCK], next_clock_[STREAM_CLOCK];
  TfLiteTensor inputs_[3], outputs_[3];
};

}  // namespace tflite
