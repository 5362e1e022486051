#!/usr/bin/env bash
# The guess: `disable_telemetry_events()` (`with_telemetry(false)` in other bindings), called before the first session,
# keeps ONNX Runtime from measuring anything, and on Linux there was no telemetry to begin with.
# The truth: the Linux wheel leaves a device identifier and an event database in the home folder all the same. Only the
# environment variable ORT_DISABLE_TELEMETRY, set before the library is loaded, keeps the home folder empty.
# What follows: a program that promises to report to nobody sets the variable before it loads the library (for its own
# process that means starting itself again), and a test looks into an empty home folder.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6

cat >session.py <<'PY'
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

if "disabled" in sys.argv:
    onnxruntime.disable_telemetry_events()
value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", value[:1], value[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
session = onnxruntime.InferenceSession(model.SerializeToString())
session.run(None, {"x": numpy.zeros(1, numpy.float32)})
PY

# The files that one run leaves in an empty home folder.
left() {
  rm -rf home && mkdir home
  env -u ORT_DISABLE_TELEMETRY HOME="$work/home" XDG_CACHE_HOME= "${@:2}" venv/bin/python session.py $1
  find home -type f -printf '%f\n' | sort | tr '\n' ' '
}
default=$(left "") disabled=$(left disabled) variable=$(left "" ORT_DISABLE_TELEMETRY=1)
venv/bin/python -c 'import onnxruntime; print("onnxruntime", onnxruntime.__version__)'
echo "left in the home folder by default:                         ${default:-nothing}"
echo "left after disable_telemetry_events():                      ${disabled:-nothing}"
echo "left with ORT_DISABLE_TELEMETRY=1 before the library loads:  ${variable:-nothing}"
[[ $default == *deviceid* && $disabled == *deviceid* && -z $variable ]]
