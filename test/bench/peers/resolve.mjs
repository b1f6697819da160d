// Resolves the pairs of a task by one of several ways; the first pass is the cold one.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { walk } from './walk.mjs'

const [way, task] = process.argv.slice(2)
const { root, pairs, passes, warm } = JSON.parse(readFileSync(task, 'utf8'))
const modules = `${root}/.claude/modules`
const asked = pairs.map(({ text, from, to }) => ({
  text,
  folder: posix.dirname(`${root}/${from}`),
  to: to === null ? undefined : `${root}/${to}`,
}))

const ways = {
  async 'oxc-resolver'() {
    const { ResolverFactory } = await import('oxc-resolver')
    return () => {
      const resolver = new ResolverFactory({ alias: { '@modules': [modules] }, extensions: ['.md'] })
      return (folder, text) => resolver.sync(folder, text).path
    }
  },

  async 'enhanced-resolve'() {
    const { default: enhanced } = await import('enhanced-resolve')
    const fs = await import('node:fs')
    return () => {
      const resolver = enhanced.ResolverFactory.createResolver({
        fileSystem: new enhanced.CachedInputFileSystem(fs, 4_000),
        useSyncFileSystemCalls: true,
        alias: { '@modules': modules },
        extensions: ['.md'],
      })
      return (folder, text) => {
        try {
          return resolver.resolveSync({}, folder, text) || undefined
        } catch {
          return undefined
        }
      }
    }
  },

  /** Warm: every answer in a map. Cold: a walk, then the names that a reference can stand for in a set. */
  async Map() {
    return () => {
      const files = new Set(walk(root))
      const find = (folder, text) => {
        const path = text.startsWith('@modules/') ? `${modules}/${text.slice(9)}` : posix.join(folder, text)
        return files.has(path) ? path : files.has(`${path}.md`) ? `${path}.md` : undefined
      }
      if (!warm) return find
      const answers = new Map(asked.map(({ folder, text }) => [`${folder}\0${text}`, find(folder, text)]))
      return (folder, text) => answers.get(`${folder}\0${text}`)
    }
  },
}

const open = await ways[way]()
let since = performance.now()
const resolve = open()
let right = 0
let answered = 0
for (const { folder, text, to } of asked) if (resolve(folder, text) === to) right++
let ms = performance.now() - since

/** The answers are counted: what nobody looks at may not be worked out at all. */
function pass() {
  let count = 0
  for (const { folder, text } of asked) if (resolve(folder, text) !== undefined) count++
  answered = count
}

if (warm) {
  for (let count = 0; count < 5; count++) pass()
  since = performance.now()
  for (let count = 0; count < passes; count++) pass()
  ms = (performance.now() - since) / passes
}
console.log(JSON.stringify({ ms, right, answered, perCall: (ms / pairs.length) * 1_000 }))
