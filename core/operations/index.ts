import type { OperationKind } from '../run/operation.ts'
import { bashKind } from './bash.ts'
import { editKind } from './edit.ts'
import { fixKind } from './fix.ts'
import { globKind } from './glob.ts'
import { grepKind } from './grep.ts'
import { listKind } from './list.ts'
import { readKind } from './read.ts'
import { todoKind } from './todo.ts'
import { writeKind } from './write.ts'

const kinds: readonly OperationKind[] = [
  readKind,
  writeKind,
  editKind,
  listKind,
  globKind,
  grepKind,
  bashKind,
  fixKind,
  todoKind,
]

/** The operations that come with Heddle, by kind. */
export const builtinOperations: ReadonlyMap<string, OperationKind> = new Map(
  kinds.map((kind) => [kind.kind, kind]),
)
