# Part of Swage, under the Apache License v2.0 with LLVM Exceptions.
"""Kills a training at random moments and resumes it, until it comes to its end.

usage: kill.py SWAGE KILLS [SEED], where make.py has been

The weights must be those of a run that nobody interrupted, to the bit.
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import time

COMMAND = [sys.argv[1], "train", "net.onnx", "--data", "train.npz", "--val", "test.npz",
           "--batch", "5", "--optimizer", "adam", "--seed", "3", "--threads", "1"]


def command(epochs, name):
    options = ["--epochs", str(epochs), "-o", f"{name}.onnx", "--checkpoint", f"{name}.state",
               "--metrics", f"{name}.jsonl"]
    if pathlib.Path(f"{name}.state").exists():
        options.append("--resume")
    return COMMAND + options


def run(epochs, name):
    subprocess.run(command(epochs, name), check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def main():
    kills = int(sys.argv[2])
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    for path in pathlib.Path(".").glob("[ab].*"):
        path.unlink()
    begin = time.monotonic()
    run(100, "a")
    seconds = time.monotonic() - begin
    epochs = 100 * (1 + kills // 2)
    pathlib.Path("a.state").unlink()
    run(epochs, "a")

    done = 0
    while done < kills:
        # From before the first step to behind the hundredth epoch of this run.
        process = subprocess.Popen(command(epochs, "b"), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, seconds))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += 1
    # What an interrupted run leaves is whole.
    left = [name for name in os.listdir(".") if name.startswith("b.") and name not in
            ("b.onnx", "b.state", "b.jsonl")]
    run(epochs, "b")
    same = pathlib.Path("a.onnx").read_bytes() == pathlib.Path("b.onnx").read_bytes()
    lines = [len(pathlib.Path(f"{name}.jsonl").read_text().splitlines()) for name in "ab"]
    print(f"{done} kills, weights {'the same' if same else 'differ'}, "
          f"{lines[0]} and {lines[1]} epochs of metrics, {len(left)} files left over")
    sys.exit(not same or lines != [epochs, epochs] or done == 0)


if __name__ == "__main__":
    main()
