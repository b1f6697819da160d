import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answer } from './answer.ts'

/** The files of the page, a closed list: no address ever becomes the name of a file. */
export interface PageFiles {
  /** The page itself. */
  page(): Response
  /** A script or style of it; undefined for what it does not have. */
  asset(path: string): Response | undefined
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Where `npm run page` puts them: `core/server` and `dist/parts` are equally deep. */
const builtFolder = fileURLToPath(new URL('../../dist/page', import.meta.url))

/** The built page, read when it is first asked for; says what to do where it was not built. */
export function openPageFiles(folder = builtFolder): PageFiles {
  let files: ReadonlyMap<string, string> | undefined
  const read = (): ReadonlyMap<string, string> => (files ??= readAll(folder))
  return {
    page() {
      const text = read().get('index.html')
      const headers = { 'content-type': 'text/html; charset=utf-8' }
      return text === undefined ? notBuilt() : answer(text, { headers, isPage: true })
    },
    asset(path) {
      const text = read().get(path)
      const type = types[extname(path)]
      return text === undefined || type === undefined
        ? undefined
        : answer(text, { headers: { 'content-type': type } })
    },
  }
}

function readAll(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [prefix, below] of [
    ['', folder],
    ['assets/', join(folder, 'assets')],
  ] as const)
    for (const name of namesIn(below)) found.set(prefix + name, readFileSync(join(below, name), 'utf8'))
  return found
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
  } catch {
    return []
  }
}

function notBuilt(): Response {
  const text = 'The page was not built: run "npm run page". The API answers all the same: /api/check\n'
  return answer(text, { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
