/// The page's script: which problems are shown. Without it the page lacks nothing else.
enum PageScript {
  /// The script.
  static let text = #"""
    "use strict";
    for (const controls of document.querySelectorAll(".controls")) {
      const problems = controls.nextElementSibling.querySelectorAll("details.problem");
      const choices = controls.querySelectorAll("[data-show]");
      controls.hidden = false;
      for (const choice of choices) {
        choice.addEventListener("click", () => {
          for (const other of choices) other.setAttribute("aria-pressed", String(other === choice));
          for (const problem of problems) {
            problem.hidden = choice.dataset.show !== "" && problem.dataset.state !== choice.dataset.show;
          }
        });
      }
      controls.querySelector("[data-close]").addEventListener("click", () => {
        for (const problem of problems) {
          problem.open = false;
          for (const node of problem.querySelectorAll("details[open]")) node.open = false;
        }
      });
    }
    const reveal = () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target) return;
      for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
      target.scrollIntoView({ block: "nearest" });
    };
    addEventListener("hashchange", reveal);
    if (location.hash) reveal();
    document.documentElement.dataset.ready = "true";
    """#

  /// Its SHA-256 in Base64, by which the page's policy knows it. A test says what it has to be.
  static let hash = "BgX5shEYm2SZ/MyRhNbYw+WoGdXbWuc8vbldL0A+rUc="
}
