import { defineOperation, type Operation, type Path, type TokenShape, tokenShapes } from 'heddle'
import type { SecretPlace } from './result.ts'

const rules: readonly TokenShape[] = [
  ...tokenShapes,
  {
    name: 'assigned-secret',
    pattern:
      '(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token)["\']?[ \\t]{0,4}[:=][ \\t]{0,4}["\'][A-Za-z0-9+/=_.!@#$%^&*-]{12,120}["\']',
  },
]

/** All rules as one expression, for a first search that gives names of files and never their text. */
export const anySecret = `(?:${rules.map(({ pattern }) => pattern).join('|')})`

/** Shows and examples, which hold what only looks like a secret. */
const harmless = /(?:example|placeholder|changeme|dummy|your[_-]|xxxx|\*\*\*|<[a-z_-]+>|process\.env|\$\{)/i

const longestLine = 4_000
const mostPlaces = 100

interface PlacesInput {
  readonly path: string
}

/** Looks at one file for the lines that hold secrets. */
export function placesOf(path: string): Operation {
  return { kind: 'secret-places', name: path, input: { path } }
}

/** The kind behind `placesOf`: what it gives never holds more of a secret than its first four characters. */
export const secretPlacesKind = defineOperation<PlacesInput, readonly SecretPlace[]>({
  kind: 'secret-places',
  description: 'Finds lines that hold secrets, and gives their places without the secrets',
  lane: 'io',
  effects: 'none',
  idempotent: true,
  input: (z) => z.strictObject({ path: z.string().min(1) }),
  output: (z) =>
    z.array(z.strictObject({ path: z.string(), line: z.number(), rule: z.string(), shown: z.string() })),
  claims: ({ path }) => ({ reads: [path.replace(/[[\]{}*?!\\()]/g, '\\$&')], writes: [] }),
  async run({ path }, { files }) {
    return findSecrets(path, new TextDecoder().decode(await files.read(path as Path)))
  },
})

/** The places of secrets in a text, at most a hundred. */
export function findSecrets(path: string, text: string): SecretPlace[] {
  const compiled = rules.map(({ name, pattern }) => ({ name, pattern: new RegExp(pattern, 'i') }))
  const places: SecretPlace[] = []
  for (const [index, whole] of text.split('\n').entries()) {
    if (places.length >= mostPlaces) break
    const line = whole.slice(0, longestLine)
    const found = compiled.find(({ pattern }) => pattern.test(line))
    const said = found?.pattern.exec(line)?.[0]
    if (!found || said === undefined || harmless.test(said)) continue
    places.push({ path, line: index + 1, rule: found.name, shown: `${said.slice(0, 4)}…` })
  }
  return places
}
