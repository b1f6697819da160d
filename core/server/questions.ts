import type { CheckReport } from '../load/check.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Referrer } from '../load/referrers.ts'
import type { GraphReference } from '../load/graph.ts'
import type { ExplainedInPlace, Resolved } from '../answers.ts'
import type { Framework } from '../facade.ts'
import type { Module } from '../module/module.ts'

/** What `heddle resolve --format json` prints: the candidates only where there are some. */
export type ResolvedWithCandidates = Resolved & { readonly candidates?: readonly string[] }

/** A module with everything around it. */
export interface ModuleAnswer extends Omit<Module, 'references' | 'diagnostics'> {
  /** The text as it is now. */
  readonly text: string
  readonly references: readonly GraphReference[]
  readonly referrers: readonly Referrer[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The file that a reference names, as the command line prints it. */
export async function answerResolve(
  framework: Framework,
  reference: string,
  from?: string,
): Promise<ResolvedWithCandidates> {
  const explained: ExplainedInPlace = await framework.explain(reference, from)
  const { status, path, layer, rung, suggestion, candidates } = explained
  const several = candidates.length > 0 ? { candidates } : {}
  return { reference, from: explained.from, status, path, layer, rung, suggestion, ...several }
}

/** A module by its id, what it refers to, who refers to it, and what is wrong in it. */
export async function answerModule(framework: Framework, id: string): Promise<ModuleAnswer> {
  const { module, references } = await framework.view(id)
  const { referrers } = await framework.who(module.id)
  const { diagnostics: own, references: _, ...rest } = module
  const report: CheckReport = await framework.check()
  const found = report.diagnostics.filter(({ at }) => at?.path === module.id)
  // What is built in is checked where it is written: only what reading it found is known here.
  const isChecked = module.layer === 'project' || module.layer === 'user'
  return {
    ...rest,
    text: await framework.read(module),
    references,
    referrers,
    diagnostics: isChecked ? found : own,
  }
}
