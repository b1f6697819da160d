import { compareText } from '../base/diagnostic.ts'
import type { Module } from '../module/module.ts'
import type { Form } from '../module/reference.ts'
import type { ResolutionStatus, Rung } from '../resolve/trail.ts'
import type { Linked } from './linked.ts'

/** A reference to a file, as it stands somewhere. */
export interface Referrer {
  readonly from: string
  readonly line: number
  readonly column: number
  readonly text: string
  readonly form: Form
  /** The tag or key it stands in, or its form. */
  readonly through: string
  readonly rung: Rung | null
  readonly status: ResolutionStatus | null
}

/** How something that is read without being referred to leads to a file. */
export interface Chain {
  /** The kind of its first module: `command`, `agent`, `skill`, `document`. */
  readonly kind: string
  /** True when a host or a person starts from it; false for a module that nothing leads to in turn. */
  readonly entry: boolean
  /** Ids, the file itself last. */
  readonly path: readonly string[]
}

/** Who refers to a file. */
export interface Referrers {
  readonly path: string
  /** In order of place. A path at which nothing is has those that looked for it there. */
  readonly referrers: readonly Referrer[]
  /** One shortest chain from each beginning, mentions left out; only when asked for. */
  readonly chains?: readonly Chain[]
}

/** Which file is meant, and whether it is there. */
export interface Wanted {
  readonly path: string
  readonly exists: boolean
}

/** Every reference to a file, or to the folder that its name stands for; where nothing is, every one that looked there in vain. */
export function findReferrers(linked: readonly Linked[], { path, exists }: Wanted): Referrer[] {
  const folder = folderMeant(path)
  const fits = ({ to, status, tried }: Linked['resolutions'][number]): boolean =>
    exists
      ? to === path || (to !== null && to === folder)
      : status === 'missing' && tried.some((one) => one.path === path)
  return linked.flatMap(({ module, resolutions }) =>
    module.references.flatMap((reference, index) => {
      const resolution = resolutions[index]!
      if (module.id === path || !fits(resolution)) return []
      const { line, column, text, form, role } = reference
      const { rung, status } = resolution
      return [{ from: module.id, line, column, text, form, through: role ?? form, rung, status }]
    }),
  )
}

/** A folder is referred to by its own path, and its README.md, index.md or SKILL.md with it. */
function folderMeant(path: string): string | undefined {
  return /^(.+)\/(?:README|index|SKILL)\.md$/.exec(path)?.[1]
}

/** The chains that lead to a file: one shortest from each entry point, and from each module that nothing refers to. */
export function findChains(linked: readonly Linked[], path: string): Chain[] {
  const incoming = referringModules(linked)
  const byId = new Map<string, Module>(linked.map(({ module }) => [module.id, module]))
  const next = new Map<string, string | null>([[path, null]])
  const open = [path]
  for (const id of open) {
    for (const from of incoming.get(id) ?? []) {
      if (next.has(from)) continue
      next.set(from, id)
      open.push(from)
    }
  }
  const isStart = (id: string): boolean => byId.get(id)?.entry === true || !incoming.has(id)
  return open
    .slice(1)
    .filter(isStart)
    .map((id) => ({ kind: byId.get(id)!.kind, entry: byId.get(id)!.entry, path: wayFrom(id, next) }))
    .toSorted(byWeight)
}

function referringModules(linked: readonly Linked[]): Map<string, string[]> {
  const incoming = new Map<string, string[]>()
  for (const { module, resolutions } of linked) {
    const targets = new Set<string>()
    for (const [index, { form }] of module.references.entries()) {
      const { to } = resolutions[index]!
      if (to !== null && to !== module.id && form !== 'mention') targets.add(to)
    }
    for (const to of targets) {
      const known = incoming.get(to)
      if (known) known.push(module.id)
      else incoming.set(to, [module.id])
    }
  }
  return incoming
}

function wayFrom(id: string, next: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = []
  for (let at: string | null | undefined = id; at; at = next.get(at)) way.push(at)
  return way
}

function byWeight(a: Chain, b: Chain): number {
  return (
    Number(b.entry) - Number(a.entry) || a.path.length - b.path.length || compareText(a.path[0]!, b.path[0]!)
  )
}
