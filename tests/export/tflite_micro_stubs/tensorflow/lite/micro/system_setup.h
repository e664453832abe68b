// Stands in for the header of this name in tests.
#pragma once

namespace tflite {

inline void InitializeTarget() {}

}  // namespace tflite
