// Comparisons as a page of the documentation: for each a picture, its tables, and where it comes from.

import type { ComparisonResult } from "./comparison-result.js";
import { markdownTables } from "./comparison-table.js";

/** One comparison of a page. */
export interface PageSection {
  readonly result: ComparisonResult;
  /** The comparison's file, as one reads it from the page's command. */
  readonly file: string;
  /** The picture's path from the page. */
  readonly picture: string;
}

/** The page as the text of a Markdown file. `command` writes it anew. */
export function comparisonPage(sections: readonly PageSection[], command: string): string {
  return [
    "# Protocols compared",
    "",
    "Each protocol over the same scenario, churn, network and seeds. Written by one command, which makes it anew:",
    "",
    "```sh",
    command,
    "```",
    "",
    "Runs are the unit: a mean is over one run a seed, its interval is Student's at 95 %. Differences are paired: the",
    "same seed with one protocol and with the other. Of a measure that some runs have no number for, it is said how many",
    "have one: what never converged has no time, so the mean is of the others. A share's interval may reach beyond 100 %.",
    "What files hold and what each measure is: [decision 0026](decisions/0026-comparisons.md).",
    "",
    ...sections.map(sectionText),
  ].join("\n");
}

function sectionText({ result, file, picture }: PageSection): string {
  const { comparison, description } = result;
  return [
    `## ${comparison}`,
    "",
    `${description} (\`${file}\`)`,
    "",
    `![${comparison}: each measure by variant](${picture})`,
    "",
    markdownTables(result),
  ].join("\n");
}
