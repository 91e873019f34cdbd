/// The registers that PTX itself defines.
enum SpecialRegister {
  /// Whether a name, with its percent sign, is one of theirs.
  static func isSpecial(_ name: String) -> Bool {
    names.contains(name) || name.hasPrefix("%reserved_smem_offset_") || isNumbered(name)
  }

  private static func isNumbered(_ name: String) -> Bool {
    for (prefix, count) in [("%envreg", 32), ("%pm", 8)] where name.hasPrefix(prefix) {
      var rest = name.dropFirst(prefix.count)
      if prefix == "%pm", rest.hasSuffix("_64") { rest = rest.dropLast(3) }
      if let number = Int(rest), String(number) == rest, 0..<count ~= number { return true }
    }
    return false
  }

  private static let names: Set<String> = [
    "%tid", "%ntid", "%laneid", "%warpid", "%nwarpid", "%ctaid", "%nctaid", "%smid", "%nsmid", "%gridid",
    "%is_explicit_cluster", "%clusterid", "%nclusterid", "%cluster_ctaid", "%cluster_nctaid", "%cluster_ctarank",
    "%cluster_nctarank", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt", "%clock",
    "%clock_hi", "%clock64", "%globaltimer", "%globaltimer_lo", "%globaltimer_hi", "%total_smem_size",
    "%aggr_smem_size", "%dynamic_smem_size", "%current_graph_exec", "WARP_SZ",
  ]
}
