/// The page's style sheet: light and dark, from a phone's width on.
enum PageStyle {
  /// The style sheet.
  static let text = #"""
    :root { color-scheme: light dark; --back: #f6f7f9; --front: #ffffff; --text: #1b1f24; --muted: #56606b; --line: #d5dae1;
      --accent: #0b5cad; --notice: #fff4d6; --notice-text: #5c4300; --code: #f3f5f8;
      --correct: #0a5c36; --correct-back: #d9f3e4; --incorrect: #8f1d1d; --incorrect-back: #fbe1e1;
      --compile: #6f3c00; --compile-back: #fdeccf; --runtime: #7a1f5c; --runtime-back: #f9e0f0;
      --timeout: #4b2a91; --timeout-back: #e8e1fa; --rejected: #3f4754; --rejected-back: #e3e7ec;
      --run0: #0067a3; --run1: #b84f00; --run2: #00775a; --run3: #a1246b; --run4: #5b4bb5; --run5: #6a5a00; }
    @media (prefers-color-scheme: dark) {
      :root { --back: #0f1318; --front: #181d24; --text: #e6e9ee; --muted: #a3adba; --line: #323b47; --accent: #7db7ff;
        --notice: #3a3110; --notice-text: #f4dc92; --code: #11161c;
        --correct: #7fe0ae; --correct-back: #12382a; --incorrect: #ff9d9d; --incorrect-back: #451f22;
        --compile: #ffc77a; --compile-back: #402c10; --runtime: #f5a3d8; --runtime-back: #3e1c34;
        --timeout: #c3adff; --timeout-back: #2b2149; --rejected: #b9c2cf; --rejected-back: #2a323d;
        --run0: #5cbcf2; --run1: #f2a04b; --run2: #43d3a5; --run3: #f08fc4; --run4: #b0a3ff; --run5: #d8c74e; } }
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 1rem; max-width: 78rem; background: var(--back); color: var(--text);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
    h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
    h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; }
    h3 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
    section > h3:first-child { margin-top: 0; }
    a { color: var(--accent); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: 1rem; background: var(--front); padding: .5rem; z-index: 1; }
    nav ul, .legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
    section { background: var(--front); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }
    figure { margin: 0; }
    .muted { color: var(--muted); }
    .facts { display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; margin: .5rem 0; }
    .facts dt { color: var(--muted); font-size: .8rem; line-height: 1.2; }
    .facts dd { margin: 0; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
    .tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .75rem; display: flex; flex-direction: column; }
    .tile .muted, .tile-title { font-size: .82rem; line-height: 1.3; }
    .figure { font-size: 1.5rem; font-weight: 650; line-height: 1.3; }
    .scroll { overflow-x: auto; margin: .5rem 0; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    caption { text-align: left; color: var(--muted); font-size: .85rem; padding-bottom: .25rem; }
    th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    thead th { font-size: .85rem; }
    thead th + th { min-width: 6rem; }
    td, .whole { white-space: nowrap; }
    tbody th { font-weight: 500; }
    tbody th, thead th:first-child { position: sticky; left: 0; background: var(--front); }
    .sentences { padding-left: 1.1rem; }
    .plot { display: block; width: 100%; height: auto; }
    .plot.narrow { display: none; }
    .plot text { fill: var(--muted); font-size: 12px; }
    .grid { stroke: var(--line); stroke-width: 1; }
    .axis { stroke: var(--muted); stroke-width: 1; }
    .one { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 3; }
    .line { fill: none; stroke-width: 2.25; stroke-linejoin: round; }
    .dot { stroke-width: 1.75; }
    .dot.tie { fill: var(--front); }
    .run0 { stroke: var(--run0); } .run1 { stroke: var(--run1); stroke-dasharray: 7 3; }
    .run2 { stroke: var(--run2); stroke-dasharray: 2.5 2.5; } .run3 { stroke: var(--run3); stroke-dasharray: 10 3 2 3; }
    .run4 { stroke: var(--run4); stroke-dasharray: 5 2 1 2 1 2; } .run5 { stroke: var(--run5); stroke-dasharray: 12 4; }
    .dot { stroke-dasharray: none; }
    .dot.run0 { fill: var(--run0); } .dot.run1 { fill: var(--run1); } .dot.run2 { fill: var(--run2); }
    .dot.run3 { fill: var(--run3); } .dot.run4 { fill: var(--run4); } .dot.run5 { fill: var(--run5); }
    .dot.tie { fill: var(--front); }
    .swatch { width: 30px; height: 8px; }
    .controls { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0; }
    .controls[hidden] { display: none; }
    button { font: inherit; font-size: .9rem; padding: .25rem .7rem; border: 1px solid var(--line); border-radius: 1rem;
      background: var(--front); color: var(--text); cursor: pointer; }
    button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--front); }
    .heads, .problem > summary { display: grid; gap: .25rem .75rem; align-items: baseline;
      grid-template-columns: minmax(11rem, 2.2fr) 6.5rem minmax(9rem, 2.6fr) 5.5rem 10.5rem 5.5rem; }
    .heads { color: var(--muted); font-size: .82rem; padding: 0 .5rem .25rem 1.6rem; }
    .problem { border-top: 1px solid var(--line); }
    summary { cursor: pointer; padding: .45rem .5rem; }
    .problem > summary { position: relative; padding-left: 1.6rem; list-style: none; }
    .problem > summary::-webkit-details-marker { display: none; }
    .problem > summary::before { content: "▸"; position: absolute; left: .4rem; color: var(--muted); }
    .problem[open] > summary::before { content: "▾"; }
    summary:hover { background: var(--back); }
    .key { display: none; color: var(--muted); }
    .number, .cell { font-variant-numeric: tabular-nums; }
    .estimate { color: var(--muted); font-style: italic; }
    .inside { padding: .25rem .5rem .75rem 1.6rem; }
    .chips { display: flex; flex-wrap: wrap; gap: .25rem; }
    .chip { display: inline-block; border-radius: .75rem; padding: 0 .5rem; font-size: .82rem; line-height: 1.5;
      white-space: nowrap; border: 1px solid var(--line); }
    .correct, .chip.state-solved { --ink: var(--correct); --paper: var(--correct-back); }
    .incorrect, .chip.state-failed { --ink: var(--incorrect); --paper: var(--incorrect-back); }
    .compile-error { --ink: var(--compile); --paper: var(--compile-back); }
    .runtime-error { --ink: var(--runtime); --paper: var(--runtime-back); }
    .timeout { --ink: var(--timeout); --paper: var(--timeout-back); }
    .rejected, .chip.state-unsolved { --ink: var(--rejected); --paper: var(--rejected-back); }
    .unsupported, .not-judged, .chip.state-unjudgeable { --ink: var(--muted); --paper: var(--front); }
    .chip { color: var(--ink, inherit); background: var(--paper, transparent); }
    .chip[class*="correct"], .chip[class*="error"], .chip.timeout, .chip.rejected { border-color: transparent; }
    .chip.best { color: var(--accent); border-color: var(--accent); }
    .notice { background: var(--notice); color: var(--notice-text); border-radius: .4rem; padding: .4rem .7rem; margin: .5rem 0; }
    .tree svg { display: block; max-width: none; }
    .edge { fill: none; stroke: var(--muted); stroke-width: 1.5; } .edge.variant { stroke-dasharray: 4 3; }
    .node { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
    .tree text { fill: var(--ink); font-size: 11px; font-weight: 600; }
    .tree a:focus-visible .node { stroke-width: 3.5; }
    circle.best { fill: none; stroke: var(--accent); stroke-width: 1.5; }
    .nodes { list-style: none; margin: .5rem 0 0; padding: 0; }
    .nodes li { border-left: 2px solid var(--line); margin-left: 0; }
    .d1 { margin-left: 1rem !important; } .d2 { margin-left: 2rem !important; } .d3 { margin-left: 3rem !important; }
    .d4 { margin-left: 4rem !important; } .d5 { margin-left: 5rem !important; } .d6 { margin-left: 6rem !important; }
    .d7 { margin-left: 7rem !important; } .d8 { margin-left: 8rem !important; }
    .nodes summary { padding: .2rem .5rem; }
    .finding { color: var(--muted); }
    details[open] > summary .finding { display: none; }
    .spent { font-size: .85rem; white-space: nowrap; }
    .finding-full { margin: .25rem 0; white-space: pre-wrap; }
    .source { max-height: 26rem; overflow: auto; background: var(--code); border: 1px solid var(--line); border-radius: .4rem;
      padding: .6rem; margin: .5rem 0; font: .82rem/1.45 ui-monospace, "SFMono-Regular", Menlo, "DejaVu Sans Mono", monospace;
      tab-size: 4; overflow-wrap: normal; }
    @media (max-width: 56rem) {
      .heads { display: none; }
      .problem > summary { display: flex; flex-wrap: wrap; gap: .2rem .75rem; }
      .problem > summary .title { flex: 1 1 60%; font-weight: 600; }
      .key { display: inline; font-size: .85rem; } }
    @media (max-width: 40rem) {
      body { padding: .5rem; }
      section { padding: .75rem; }
      .plot.wide { display: none; } .plot.narrow { display: block; }
      .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
      .figure { font-size: 1.25rem; }
      table { font-size: .9rem; }
      td { white-space: normal; }
      .inside { padding-left: .25rem; padding-right: .25rem; }
      .d1 { margin-left: .4rem !important; } .d2 { margin-left: .8rem !important; } .d3 { margin-left: 1.2rem !important; }
      .d4 { margin-left: 1.6rem !important; } .d5 { margin-left: 2rem !important; } .d6 { margin-left: 2.4rem !important; }
      .d7 { margin-left: 2.8rem !important; } .d8 { margin-left: 3.2rem !important; } }
    """#
}
