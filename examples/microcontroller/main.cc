// Recognises actions in an endless stream of skeletons, on TFLite Micro.
//
//   drnn export model.keras stream.tflite --microcontroller --form int8 --root clips
//
// writes stream.h, which is all that this program needs to know of the model. `ReadFrame` is yours:
// it gives the next frame of joints, as the model was trained on, and false when there is none.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "stream.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/system_setup.h"
#include "tensorflow/lite/schema/schema_generated.h"

bool ReadFrame(float frame[STREAM_FRAME]);

namespace {

alignas(16) uint8_t arena[STREAM_ARENA_BYTES];

float state[STREAM_STATE];    // All zero before the first frame; so is the clock.
#ifdef STREAM_CLOCK  // Where something is delayed.
int32_t clocks[STREAM_CLOCK];
#endif

// Scores of the frame; state and clock go on to the next one.
bool Step(tflite::MicroInterpreter* interpreter, const float* frame, float* scores) {
  std::copy_n(frame, STREAM_FRAME, interpreter->input(0)->data.f);
  std::copy_n(state, STREAM_STATE, interpreter->input(1)->data.f);
#ifdef STREAM_CLOCK
  std::copy_n(clocks, STREAM_CLOCK, interpreter->input(2)->data.i32);
#endif
  if (interpreter->Invoke() != kTfLiteOk) return false;
  std::copy_n(interpreter->output(0)->data.f, STREAM_SCORES, scores);
  std::copy_n(interpreter->output(1)->data.f, STREAM_STATE, state);
#ifdef STREAM_CLOCK
  std::copy_n(interpreter->output(2)->data.i32, STREAM_CLOCK, clocks);
#endif
  return true;
}

}  // namespace

int main() {
  tflite::InitializeTarget();
  tflite::MicroMutableOpResolver<STREAM_OPERATORS> resolver;
  STREAM_ADD_OPERATORS(resolver)
  tflite::MicroInterpreter interpreter(tflite::GetModel(stream_model), resolver, arena,
                                       STREAM_ARENA_BYTES);
  if (interpreter.AllocateTensors() != kTfLiteOk) return 1;

  float frame[STREAM_FRAME], scores[STREAM_SCORES];
  while (ReadFrame(frame)) {
    if (!Step(&interpreter, frame, scores)) return 1;
    const int best = static_cast<int>(std::max_element(scores, scores + STREAM_SCORES) - scores);
    float sum = 0;
    for (float score : scores) sum += std::exp(score - scores[best]);
    std::printf("%s %.2f\n", stream_labels[best], static_cast<double>(1 / sum));
  }
  return 0;
}
