import { posix } from 'node:path'
import type { Edge, EdgeStatus, Written } from './page.ts'
import type { Random } from './random.ts'

export const home = '.claude'

const topics = ['patterns', 'development', 'quality', 'security', 'system', 'context', 'domain', 'workflow']
const middles = ['core', 'review', 'session', 'search', 'release', 'planning', 'testing', 'naming']
const leaves = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth']
const adjectives = ['amber', 'brisk', 'calm', 'deft', 'even', 'frank', 'grand', 'hardy', 'ideal', 'just']
const nouns = [
  'anchor',
  'bridge',
  'cradle',
  'drawer',
  'engine',
  'filter',
  'garden',
  'hammer',
  'ladder',
  'mirror',
]

/** Where each module of a corpus stands: three folders below `.claude/modules`, every name once. */
export function modulePaths(count: number, random: Random): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const folders = [random.pick(topics), random.pick(middles), random.pick(leaves)].join('/')
    const name = `${random.pick(adjectives)}-${random.pick(nouns)}-${String(index).padStart(5, '0')}`
    return `${home}/modules/${folders}/${name}.md`
  })
}

/** One in so many references names a file that does not exist; as many are only found by searching. */
const oneIn = 200

/** Chooses what a document refers to and how that is written. */
export interface Targets {
  /** False for the first documents, which need nothing: they get links whatever is asked for. */
  readonly canNeed: boolean
  /** A reference of one of the forms. What it needs has a lower index, so that no cycle of needs arises. */
  next(form: Edge['form']): Written
}

/** The targets of the document at `index` of `paths`; a command stands behind them all. */
export function createTargets(
  paths: readonly string[],
  from: { path: string; index: number },
  random: Random,
): Targets {
  const below = Math.min(from.index, paths.length)

  function choose(form: Edge['form']): string {
    const isNeed = form !== 'link' && form !== 'mention'
    const among = isNeed || below > few ? below : paths.length
    // Half of all references go to few modules: a framework has its pillars.
    const share = random.chance(0.5) ? random.next() ** 2 : random.next()
    const index = Math.floor(share * among)
    return paths[index === from.index ? (index + 1) % paths.length : index]!
  }

  function statusOf(form: Edge['form']): EdgeStatus {
    if (form === 'mention' || !random.chance(1 / oneIn))
      return form === 'front-matter' && random.chance(2 / oneIn) ? 'searched' : 'resolved'
    return 'missing'
  }

  const canNeed = below >= few
  return {
    canNeed,
    next(wanted) {
      const form = canNeed || wanted === 'mention' ? wanted : 'link'
      const path = choose(form)
      const status = statusOf(form)
      const written = status === 'missing' ? path.replace('.md', '-gone.md') : path
      const text =
        status === 'searched' ? searchedText(written, random) : writings[form](written, from.path, random)
      return { text, form, status, to: status === 'missing' ? null : path }
    },
  }
}

/** The first documents need nothing: they only link. */
const few = 8

type Writing = (path: string, from: string, random: Random) => string

const writings: Readonly<Record<Edge['form'], Writing>> = {
  alias: (path, _, random) => withFragment(aliasText(path, random), random),
  link: (path, from, random) => withFragment(linkText(path, from, random), random),
  'front-matter': (path, from, random) =>
    random.pick([plainText(path), aliasText(path, random), relativeText(path, from)]),
  tag: (path, _, random) => withFragment(random.pick([plainText(path), `@${plainText(path)}`]), random),
  attribute: (path) => plainText(path),
  mention: (path, _, random) => random.pick([path, plainText(path)]),
}

/** Below the home: `modules/…`. */
function plainText(path: string): string {
  return path.slice(home.length + 1)
}

function aliasText(path: string, random: Random): string {
  const below = plainText(path)
  const text =
    below.startsWith('modules/system/') && random.chance(0.5) ? below.slice('modules/'.length) : below
  return `@${random.chance(0.3) ? text.replace(/\.md$/, '') : text}`
}

function relativeText(path: string, from: string): string {
  const text = posix.relative(posix.dirname(from), path)
  return text.startsWith('.') ? text : `./${text}`
}

function linkText(path: string, from: string, random: Random): string {
  if (random.chance(0.1)) return `/${path}`
  const text = relativeText(path, from)
  return random.chance(0.2) ? text.replace(/^\.\//, '') : text
}

/** Every module has a heading of this name. */
function withFragment(text: string, random: Random): string {
  return random.chance(0.12) ? `${text}#procedure` : text
}

/** With the first folders left out, so that only the category or the unique ending finds it. */
function searchedText(path: string, random: Random): string {
  const below = path.split('/').slice(2)
  return below.slice(random.between(0, 2)).join('/')
}
