/// Every stretch of tokens that occurs in some texts, with how often it occurs.
///
/// The smallest deterministic automaton that reads all substrings of the texts (Blumer et al. 1985), built token by token; several
/// texts share one automaton, and no stretch runs over from one into the next. A state stands for the stretches that end at the
/// same places. Its *link* leads to the longest of their suffixes that also occurs elsewhere.
///
/// n tokens make at most 2n states and 3n edges: about 90 bytes a token.
struct SuffixAutomaton {
  /// A state. The first one stands for the empty stretch.
  typealias State = Int32
  /// Where all reading begins.
  static let root: State = 0

  private struct Node {
    /// The length of the longest stretch that the state stands for.
    var length: Int32
    var link: State
    /// How often its stretches occur.
    var count: Int32
    /// The latest edge that leaves it; −1 where none does.
    var firstEdge: Int32
  }

  private struct Edge {
    var token: Token
    var target: State
    /// The next edge that leaves the same state.
    var next: Int32
  }

  private var nodes = [Node(length: 0, link: -1, count: 0, firstEdge: -1)]
  private var edges: [Edge] = []
  /// The edges that leave the root: there are as many as there are different tokens.
  private var rootEdges: [Token: Int32] = [:]

  /// The tokens of all texts.
  private(set) var tokenCount = 0

  /// The work that counting the occurrences of a text's stretches may take, for each of its tokens. A text that repeats one token
  /// throughout would take as much as its length for each.
  private static let countingLimit = 128

  /// How often the stretches of a state occur.
  func count(_ state: State) -> Int { Int(nodes[Int(state)].count) }

  /// The length of the longest stretch that a state stands for.
  func length(_ state: State) -> Int { Int(nodes[Int(state)].length) }

  /// The state of the longest suffix that also occurs elsewhere; −1 for the root.
  func link(_ state: State) -> State { nodes[Int(state)].link }

  /// The state of a stretch with one more token; nil where that does not occur.
  ///
  /// - Complexity: O(different tokens that follow the stretch); O(1) for the root.
  func next(_ state: State, _ token: Token) -> State? { edge(state, token).map { edges[$0].target } }

  /// Calls `visit` with each token that follows a state's stretches, and the state behind it.
  func forEachEdge(from state: State, _ visit: (Token, State) -> Void) {
    var index = nodes[Int(state)].firstEdge
    while index >= 0 {
      visit(edges[Int(index)].token, edges[Int(index)].target)
      index = edges[Int(index)].next
    }
  }

  /// Adds a text.
  ///
  /// - Returns: how many of its tokens were taken: all, or those up to where it repeats itself too much.
  /// - Complexity: O(tokens), with a factor that repetitions in the text raise, up to a limit.
  @discardableResult
  mutating func add(_ text: some Collection<Token>) -> Int {
    var last = Self.root
    var work = 0
    var taken = 0
    for token in text {
      last = extended(last, token)
      taken += 1
      var state = last
      while state > 0 {
        nodes[Int(state)].count += 1
        state = nodes[Int(state)].link
        work += 1
      }
      if work > Self.countingLimit * (taken + 64) { break }
    }
    tokenCount += taken
    return taken
  }

  /// The state of the text so far with one more token.
  private mutating func extended(_ last: State, _ token: Token) -> State {
    if let known = edge(last, token) {
      // Another text had the same beginning.
      return split(last, known)
    }
    let state = made(Node(length: nodes[Int(last)].length + 1, link: Self.root, count: 0, firstEdge: -1))
    var parent = last
    while parent >= 0 {
      if let known = edge(parent, token) {
        nodes[Int(state)].link = split(parent, known)
        return state
      }
      connect(parent, token, state)
      parent = nodes[Int(parent)].link
    }
    return state
  }

  /// The state that stands for no longer stretches than those of `parent` with the token of one of its edges: the edge's target,
  /// or a new one that takes the shorter half of the target's stretches.
  private mutating func split(_ parent: State, _ edge: Int) -> State {
    let target = edges[edge].target
    let token = edges[edge].token
    let length = nodes[Int(parent)].length + 1
    if nodes[Int(target)].length == length { return target }
    let half = made(
      Node(length: length, link: nodes[Int(target)].link, count: nodes[Int(target)].count, firstEdge: -1))
    // The order of a state's edges stays.
    var copied: [(Token, State)] = []
    forEachEdge(from: target) { copied.append(($0, $1)) }
    for (token, next) in copied.reversed() { connect(half, token, next) }
    nodes[Int(target)].link = half
    var state = parent
    while state >= 0, let edge = self.edge(state, token), edges[edge].target == target {
      edges[edge].target = half
      state = nodes[Int(state)].link
    }
    return half
  }

  private mutating func made(_ node: Node) -> State {
    nodes.append(node)
    return State(nodes.count - 1)
  }

  private mutating func connect(_ state: State, _ token: Token, _ target: State) {
    edges.append(Edge(token: token, target: target, next: nodes[Int(state)].firstEdge))
    nodes[Int(state)].firstEdge = Int32(edges.count - 1)
    if state == Self.root { rootEdges[token] = Int32(edges.count - 1) }
  }

  private func edge(_ state: State, _ token: Token) -> Int? {
    if state == Self.root { return rootEdges[token].map(Int.init) }
    var index = nodes[Int(state)].firstEdge
    while index >= 0 {
      if edges[Int(index)].token == token { return Int(index) }
      index = edges[Int(index)].next
    }
    return nil
  }
}
