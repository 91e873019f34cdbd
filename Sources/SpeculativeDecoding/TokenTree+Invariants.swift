extension TokenTree {
  /// What holds for every tree; a debug build stops where one of them does not.
  func checkInvariants() {
    #if DEBUG || CHECK_INVARIANTS
      precondition(count >= 1 && parents[0] == -1 && depths[0] == 0 && logProbabilities[0] == 0)
      for node in 1..<max(count, 1) {
        let parent = Int(parents[node])
        precondition(parent >= 0 && parent < node, "a parent comes before its child")
        precondition(depths[node] == depths[parent] + 1, "a child is one deeper than its parent")
        precondition(logProbabilities[node] <= logProbabilities[parent], "weights never grow along a path")
        precondition(child(of: parent, carrying: tokens[node]) == node, "siblings carry different tokens")
      }
    #endif
  }
}
