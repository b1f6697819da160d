import { type Framework, HeddleError } from '../index.ts'

/** A request and the command that serves it; null when none does. */
export interface RouteCase {
  readonly command: string | null
  readonly request: string
}

/** How well one command is told apart; `precision` and `recall` are null where they would divide by nothing. */
export interface CommandScore {
  readonly command: string
  readonly cases: number
  readonly chosen: number
  readonly right: number
  readonly precision: number | null
  readonly recall: number | null
}

/** What came of routing many requests whose commands are known. */
export interface Assessment {
  readonly cases: number
  readonly precision: number | null
  readonly recall: number | null
  readonly commands: readonly CommandScore[]
  /** How often the requests of one command went to another: `matrix[own][chosen]`, where `-` is none. */
  readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly wrong: readonly {
    readonly request: string
    readonly own: string | null
    readonly chosen: string | null
  }[]
}

/** The requests in the files `NAME.triggers.txt` beside the commands, and in `none.triggers.txt` those that no command serves. */
export async function readCases(framework: Framework): Promise<readonly RouteCase[]> {
  const listed = await framework.list('commands')
  const commands = listed.filter(
    ({ name }, index) => listed.findIndex((other) => other.name === name) === index,
  )
  const folders = new Set(commands.map(({ path = '' }) => path.slice(0, path.lastIndexOf('/') + 1)))
  const files = [
    ...commands.map(({ name, path = '' }) => ({
      command: name,
      path: path.replace(/\.md$/, '.triggers.txt'),
    })),
    ...[...folders].toSorted().map((folder) => ({ command: null, path: `${folder}none.triggers.txt` })),
  ]
  const cases: RouteCase[] = []
  for (const { command, path } of files) {
    const requests = (await textOf(framework, path)).split('\n').map((line) => line.trim())
    for (const request of requests)
      if (request !== '' && !request.startsWith('#')) cases.push({ command, request })
  }
  return cases
}

async function textOf(framework: Framework, path: string): Promise<string> {
  try {
    return await framework.read(path)
  } catch (thrown) {
    if (thrown instanceof HeddleError) return ''
    throw thrown
  }
}

/** Counts what was chosen against what was asked for. */
export function assess(cases: readonly RouteCase[], chosen: readonly (string | null)[]): Assessment {
  const pairs = cases.map(({ command, request }, index) => ({
    request,
    own: command,
    chosen: chosen[index] ?? null,
  }))
  const names = [...new Set(pairs.flatMap(({ own, chosen }) => [own, chosen]))].filter(
    (name) => name !== null,
  )
  const commands = names.toSorted().map((command) => {
    const own = pairs.filter((pair) => pair.own === command).length
    const taken = pairs.filter((pair) => pair.chosen === command).length
    const right = pairs.filter((pair) => pair.own === command && pair.chosen === command).length
    return {
      command,
      cases: own,
      chosen: taken,
      right,
      precision: ratio(right, taken),
      recall: ratio(right, own),
    }
  })
  const right = commands.reduce((sum, one) => sum + one.right, 0)
  const served = pairs.filter(({ own }) => own !== null).length
  const taken = pairs.filter(({ chosen }) => chosen !== null).length
  return {
    cases: pairs.length,
    precision: ratio(right, taken),
    recall: ratio(right, served),
    commands,
    matrix: matrixOf(pairs),
    wrong: pairs.filter(({ own, chosen }) => own !== chosen),
  }
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 1000
}

function matrixOf(
  pairs: readonly { own: string | null; chosen: string | null }[],
): Record<string, Record<string, number>> {
  const rows: Record<string, Record<string, number>> = {}
  const sorted = pairs.toSorted((a, b) => compare(a.own, b.own) || compare(a.chosen, b.chosen))
  for (const { own, chosen } of sorted) {
    const row = (rows[own ?? '-'] ??= {})
    row[chosen ?? '-'] = (row[chosen ?? '-'] ?? 0) + 1
  }
  return rows
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0
}
