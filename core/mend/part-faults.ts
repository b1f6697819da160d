import type { Diagnostic } from '../base/diagnostic.ts'
import { fragmentsOf, judgeFragment, partsOf } from '../load/fragments.ts'
import type { Library } from '../load/library.ts'
import type { Linked } from '../load/linked.ts'

/** Findings about the references of a module to parts of others. */
export async function findPartFaults(linked: Linked, library: Library): Promise<Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const use of fragmentsOf(linked)) {
    const module = await library.loadId(use.to)
    const fault = module && judgeFragment(use, partsOf(module), linked.module.id)
    if (fault) found.push(fault)
  }
  return found
}
