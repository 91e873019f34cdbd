#!/usr/bin/env bash
# Everything that is worth knowing from a machine with a GPU, in one run: the tests' programs on it, the exploits and their twins,
# and collections of candidates, timed. Each result is in the folder as soon as it is there, so that a run may be cut off.
#
#   BASIC_PYTHON=python-with-cuda Scripts/judge-on-gpu.sh OUT [COLLECTION.jsonl…]     needs a built basic (make build, or BASIC=…)
#   SECONDS_FOR_EXPLOITS=120 SECONDS_FOR_COLLECTIONS=300 JOBS=4 DEVICE=cuda           and these, as they are or otherwise
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

[ $# -ge 1 ] || die "Name a folder for the results."
out="$1"
shift
mkdir -p "$out"
out="$(cd "$out" && pwd)"
binary="${BASIC:-$root/.build/release/basic}"
[ -x "$binary" ] || die "basic is not built yet; run make build."
device="${DEVICE:-cuda}"
jobs="${JOBS:-4}"

"$binary" doctor >"$out/doctor.txt" 2>&1 || true

python3 - "$binary" "$device" "$jobs" "$out/programs.txt" <<'PYTHON'
import concurrent.futures, pathlib, subprocess, sys

binary, device, jobs, target = sys.argv[1:]
folder = pathlib.Path("Tests/VirtualGPUTests")


def run(program):
    try:
        made = subprocess.run(
            [binary, "run", str(program), "--device", device, "--timeout", "60", "--error-exitcode", "0"], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return program, "out of time"
    expected = program.with_suffix(".out")
    if made.returncode != 0:
        return program, f"status {made.returncode}: {(made.stderr or made.stdout).strip().splitlines()[:3]}"
    if expected.exists() and made.stdout != expected.read_text():
        pairs = zip(made.stdout.splitlines(), expected.read_text().splitlines())
        return program, "other output: " + next((f"{a!r}, not {b!r}" for a, b in pairs if a != b), "more or fewer lines")
    if not expected.exists() and not made.stdout.endswith("PASS\n"):
        return program, "no PASS"
    return program, "ok"


programs = sorted(folder.glob("Programs/*.cu")) + sorted(folder.glob("HostAPI/*.cu"))
with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool, open(target, "w") as file:
    results = []
    for program, result in pool.map(run, programs):
        results.append(result)
        print(f"{program.parent.name}/{program.name}: {result}", file=file, flush=True)
print(f"{results.count('ok')} of {len(results)} programs as expected", file=sys.stderr)
PYTHON

python3 - "$out/exploits-collection.jsonl" <<'PYTHON'
import json, pathlib, sys

with open(sys.argv[1], "w") as file:
    for family in sorted(path for path in pathlib.Path("Tests/KernelEvaluationTests/Exploits").iterdir() if path.is_dir()):
        for candidate in sorted(family.glob("*.py")):
            if candidate.stem != "reference":
                texts = {"reference": (family / "reference.py").read_text(), "candidate": candidate.read_text()}
                file.write(json.dumps({"name": f"{family.name}/{candidate.stem}", **texts}) + "\n")
PYTHON
timeout "${SECONDS_FOR_EXPLOITS:-600}" "$binary" bench check "$out/exploits-collection.jsonl" --device "$device" \
  --jobs "$jobs" --timeout 60 --rows "$out/exploits.jsonl" >"$out/exploits.md" || true
for collection in "$@"; do
  name="$(basename "$collection" .jsonl)"
  timeout "${SECONDS_FOR_COLLECTIONS:-1800}" "$binary" bench check "$collection" --device "$device" \
    --jobs "$jobs" --timeout 60 --rows "$out/$name.jsonl" >"$out/$name.md" || true
done
ls -l "$out" >&2
