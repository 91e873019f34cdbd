#!/usr/bin/env bash
# Builds the DocC documentation of every library module into .build/docs/, as archives.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

command -v docc >/dev/null 2>&1 || die "docc was not found; it comes with the Swift toolchain."
rm -rf .build/docs
mkdir -p .build/docs
for module in SpeculativeDecoding LanguageModels JSONReading ServerSentEvents LanguageModelClients GPUModels KernelVerdicts KernelBench \
  KernelPrompting CUDAToolchain PTX VirtualGPU KernelEvaluation KernelSearch RunStore KernelReports LlamaRuntime; do
  graphs=".build/docs/graphs/$module"
  mkdir -p "$graphs"
  swift build --target "$module" -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$root/$graphs" \
    --scratch-path .build-docs --quiet
  catalog=$(mktemp -d)
  docc convert "$catalog" --fallback-display-name "$module" --fallback-bundle-identifier "basic.$module" \
    --additional-symbol-graph-dir "$graphs" --output-path ".build/docs/$module.doccarchive" >/dev/null
  rmdir "$catalog"
  say ".build/docs/$module.doccarchive"
done
