public import KernelBench

/// Recognises problems that no judge can judge, before a token is spent on them.
public protocol ProblemScreen: Sendable {
  /// Why candidates for the problem cannot be judged: its output is constant, or does not depend on its inputs. Nil where they can.
  ///
  /// - Returns: a sentence for a person.
  func obstacle(to problem: Problem) async throws -> String?
}
