import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openLayer } from '../../core/load/open-layers.ts'
import type { LayerName } from '../../core/module/module.ts'
import type { Form } from '../../core/module/reference.ts'
import type { Layer } from '../../core/resolve/layers.ts'
import { createResolver, type Resolver } from '../../core/resolve/resolver.ts'
import { memoryFiles } from '../../core/vfs/memory.ts'
import { type Path, rootPath } from '../../core/vfs/path.ts'

const forms: readonly Form[] = [
  'alias',
  'link',
  'image',
  'import',
  'tag',
  'attribute',
  'front-matter',
  'mention',
]
const names: readonly [LayerName, string][] = [
  ['project', ''],
  ['user', '~/.claude/'],
  ['package', 'kit:'],
  ['built-in', 'heddle:modules/'],
]

const segment = fc.constantFrom(
  'modules',
  'system',
  'commands',
  'docs',
  'a',
  'b',
  'A',
  'README',
  '.claude',
  'state',
  'é',
)
const file = fc
  .tuple(fc.array(segment, { maxLength: 3 }), segment, fc.constantFrom('.md', '.md', '.txt', ''))
  .map(([folders, name, ending]) => [...folders, `${name}${ending}`].join('/'))
const home = fc.constantFrom('', '.claude/', '.claude/', '.heddle/')
const tree = fc.array(
  fc.tuple(home, file).map(([folder, path]) => folder + path),
  { minLength: 1, maxLength: 12 },
)

const piece = fc.oneof(
  segment,
  file,
  fc.constantFrom(
    '..',
    '..',
    '.',
    '',
    '%2e%2e',
    '..%2f',
    '%2F',
    '\\..',
    '\0',
    '~',
    'C:',
    '//',
    'etc',
    'passwd',
    '*',
    '{x}',
    '@',
  ),
)
const start = fc.constantFrom(
  '',
  '',
  '@modules/',
  '@system/',
  '@docs/',
  '@super/',
  '@super',
  './',
  '../',
  '../../',
  '/',
  '~/',
  '/root/',
)
const target = fc
  .tuple(start, fc.array(piece, { maxLength: 5 }))
  .map(([first, rest]) => first + rest.join('/'))

const asked = fc.record({ target, form: fc.constantFrom(...forms), at: fc.nat(), own: fc.nat() })

/** Layers of these trees; a path that would be a file and a folder at once is left out. */
async function layersOf(
  trees: readonly (readonly string[])[],
): Promise<{ layer: Layer; entries: Set<string> }[]> {
  return Promise.all(
    trees.map(async (paths, index) => {
      const [name, label] = names[index]!
      const entries = new Set<string>([''])
      const files = memoryFiles()
      for (const path of paths) {
        const folders = path
          .split('/')
          .slice(0, -1)
          .map((_, end, all) => all.slice(0, end + 1).join('/'))
        try {
          await files.write(path as Path, '')
        } catch {
          continue
        }
        for (const entry of [...folders, path]) entries.add(entry)
      }
      const homes = index === 0 ? {} : { homes: [rootPath] }
      return { layer: await openLayer({ name, label, files, ...homes }), entries }
    }),
  )
}

type Asked = { target: string; form: Form; at: number; own: number }

function ask(
  resolver: Resolver,
  layers: readonly Layer[],
  { target, form, at, own }: Asked,
): ReturnType<Resolver['resolve']> {
  const layer = layers[own % layers.length]!
  const paths = layer.tree.files
  const path = paths[at % (paths.length + 1)]
  return resolver.resolve({ target, form }, path === undefined ? null : { layer, path })
}

test('whatever is asked, what is found exists in the tree of its layer, and never outside', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      fc.array(asked, { minLength: 1, maxLength: 30 }),
      async (trees, questions) => {
        const made = await layersOf(trees)
        const layers = made.map(({ layer }) => layer)
        const resolver = createResolver({ layers, folder: '/root' })
        for (const question of questions) {
          const resolution = ask(resolver, layers, question)
          const spot = resolver.spotOf(resolution)
          const isFound = resolution.status === 'resolved' || resolution.status === 'searched'
          assert.equal(spot !== undefined, isFound)
          assert.equal(resolution.to !== null, isFound)
          if (spot) {
            const { entries, layer } = made.find(({ layer }) => layer === spot.layer)!
            assert.ok(entries.has(spot.path), `"${question.target}" gave "${spot.path}"`)
            assert.equal(resolution.to, layer.label + spot.path)
            assert.equal(resolution.layer, layer.name)
            if (question.target.startsWith('@super') && question.form !== 'link' && question.form !== 'image')
              assert.ok(
                !/^@super(?:\/|$)/.test(question.target) || layers.indexOf(layer) > ownOf(question, layers),
              )
          }
          for (const candidate of resolution.candidates) {
            assert.ok(
              made.some(({ layer, entries }) =>
                [...entries].some((path) => layer.label + path === candidate),
              ),
              candidate,
            )
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})

/** The place of the layer that a question stands in; without a file that is the project. */
function ownOf({ own, at }: Asked, layers: readonly Layer[]): number {
  const index = own % layers.length
  const paths = layers[index]!.tree.files
  return at % (paths.length + 1) === paths.length ? 0 : index
}

/** A few files of the same names in every layer, so that one often has what another has too. */
const few = fc.subarray(['modules/a.md', 'modules/b.md', 'docs/a.md', 'a.md'], { minLength: 1 })
const often = fc.oneof(
  { weight: 1, arbitrary: target },
  { weight: 4, arbitrary: fc.constantFrom('@super', '@super/a.md', '', 'a.md', '@modules/a') },
)

test('an answer does not depend on what was asked before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(few, { minLength: 2, maxLength: 3 }),
      fc.array(
        fc.record({
          target: often,
          form: fc.constantFrom<Form[]>('alias', 'alias', 'link'),
          at: fc.nat(),
          own: fc.nat(),
        }),
        {
          minLength: 20,
          maxLength: 30,
        },
      ),
      async ([project = [], ...lower], questions) => {
        const trees = [project.map((path) => `.claude/${path}`), ...lower]
        const layers = (await layersOf(trees)).map(({ layer }) => layer)
        const remembering = createResolver({ layers })
        for (const question of [...questions, ...questions.toReversed()]) {
          const fresh = createResolver({ layers })
          assert.deepEqual(ask(remembering, layers, question), ask(fresh, layers, question))
        }
      },
    ),
    { numRuns: 150 },
  )
})
