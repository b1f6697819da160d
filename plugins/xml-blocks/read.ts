import type { Block, Draft } from 'heddle'
import { allBlocks, attributeOf, isDialect } from './dialect.ts'
import { readMetadataTable } from './metadata-table.ts'
import { readParts } from './parts.ts'

/** `<module name="…" category="…">` and what it says. */
export interface ModuleElement {
  readonly block: Block
  readonly name: string
  readonly category: string
}

/** The draft with what the dialect says: metadata table, `<module name category>`, and typed parts. Front matter wins. */
export function readDialect(draft: Draft): Draft {
  const withTable = readTable(draft)
  return isDialect(draft.document) ? readElements(withTable) : withTable
}

function readTable(draft: Draft): Draft {
  const table = readMetadataTable(draft.document)
  if (!table) return draft
  const versionKey = Object.keys(table).find((key) => key.toLowerCase() === 'version')
  const version = draft.version ?? (versionKey === undefined ? null : (table[versionKey] ?? null))
  return { ...draft, version: version === '' ? null : version, metadata: { ...table, ...draft.metadata } }
}

function readElements(draft: Draft): Draft {
  const { document } = draft
  const found = readParts(document)
  const parts = {
    gates: [...draft.parts.gates, ...found.gates],
    settings: [...draft.parts.settings, ...found.settings],
    phases: [...draft.parts.phases, ...found.phases],
    errors: [...draft.parts.errors, ...found.errors],
    triggers: [...draft.parts.triggers, ...found.triggers],
    names: [...new Set([...draft.parts.names, ...found.names])],
  }
  const module = findModule(draft)
  if (!module) return { ...draft, parts }
  const { name, category } = module
  const ownName = draft.metadata['name']
  return {
    ...draft,
    parts,
    kind: typeof draft.metadata['kind'] === 'string' || draft.entry ? draft.kind : 'module',
    name: typeof ownName === 'string' ? draft.name : name,
    metadata: { category, ...draft.metadata },
  }
}

/** The element that says what the whole document is: the first `<module>` with a name and a category. */
export function findModule({ document }: Pick<Draft, 'document'>): ModuleElement | undefined {
  for (const block of allBlocks(document.blocks)) {
    if (block.name !== 'module') continue
    const name = attributeOf(block, 'name')
    const category = attributeOf(block, 'category')
    if (name && category) return { block, name, category }
  }
  return undefined
}
