import ArgumentParser
import KernelSearch
import Testing

@testable import BasicCommands

struct BenchSearchOptionsTests {
  @Test func `what is not named is a minute for each problem, until there is a correct kernel`() throws {
    let command = try BenchSearch.parse(["--level", "1"])
    #expect(command.budget.duration == .seconds(60))
    #expect(command.until == .correct)
    #expect(command.strategies.isEmpty)
    #expect(BenchSearch.defaultStrategies == ["greedy", "best-of-1", "best-of-8", "linear", "adaptive"])
  }

  @Test func `strategies come in the order in which they are named`() throws {
    let command = try BenchSearch.parse([
      "--level", "1", "--strategy", "linear", "--strategy", "best-of-3", "--problems", "1-3,7", "--seed", "9",
      "--budget-per-problem", "90s", "--until", "faster", "--jobs", "2",
    ])
    #expect(command.strategies == ["linear", "best-of-3"])
    #expect(command.problems?.numbers == [1, 2, 3, 7])
    #expect(command.candidates.seed == 9)
    #expect(command.candidates.jobs == 2)
    #expect(command.until == .faster)
    #expect(command.budget.duration == .seconds(90))
  }

  @Test(arguments: [
    ([], "--level"), (["--level", "1", "--strategy", "widest"], "widest"),
    (["--level", "1", "--strategy", "linear", "--strategy", "linear"], "twice"),
    (["--resume", "a", "--level", "1"], "--resume"), (["--resume", "a", "--strategy", "linear"], "--resume"),
    (["--resume", "a", "--name", "b"], "--resume"), (["--level", "1", "--name", ""], "--name"),
    (["--level", "1", "--candidates", "5"], "--overhead"), (["--overhead", "--level", "1"], "--overhead"),
    (["--overhead", "--resume", "a"], "--overhead"), (["--overhead", "--candidates", "0"], "--candidates"),
    (["--overhead", "--strategy", "greedy"], "greedy"), (["--overhead", "--strategy", "best-of-8"], "best-of-8"),
    (["--level", "1", "--jobs", "0"], "--jobs"), (["--level", "1", "--budget-per-problem", "0s"], "0s"),
  ])
  func `what makes no sense is refused, with the option's name`(arguments: [String], word: String) {
    #expect {
      _ = try BenchSearch.parse(arguments)
    } throws: { error in
      BenchSearch.message(for: error).contains(word)
    }
  }

  @Test(arguments: [
    ["--overhead"], ["--overhead", "--candidates", "100", "--strategy", "best-of-100"], ["--resume", "night"],
    ["--level", "2", "--name", "night"],
  ])
  func `what makes sense is taken`(arguments: [String]) throws {
    _ = try BenchSearch.parse(arguments)
  }
}
