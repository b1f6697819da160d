import { build } from 'rolldown'

/**
 * What is part of the built package; all else stays a package beside it. Of others these are: what every start waits for, zod in sixty
 * files, the rest as CommonJS, which brings Node's other loader with it (decisions 021 and 062).
 */
const own = /^(?:heddle|zod|tapable|commander|@commander-js\/extra-typings)(?:$|\/)|^[./\0]/

/** The folder that is written to. */
const [, , dir = 'dist'] = process.argv

/** Writes the built package: an entry for each of `exports` and `bin`, and as few chunks as a start reads (decision 061). */
await build({
  input: Object.fromEntries(
    ['core/index', 'core/files', 'core/testing', 'core/server', 'plugins/index', 'core/cli/main'].map(
      (name) => [name, `./${name}.ts`],
    ),
  ),
  platform: 'node',
  external: (name) => !own.test(name),
  resolve: { conditionNames: ['source', 'import'] },
  transform: { target: 'node20.19' },
  // No module of ours does anything by being imported, so an entry that only names others costs nobody who wants one name of it.
  treeshake: { moduleSideEffects: false },
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir,
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
    comments: { jsdoc: false },
    codeSplitting: {
      groups: [
        {
          name: 'start',
          test: /core\/(?:cli\/(?:args|exit|hold-exit|print|version|wrong-words)|base\/diagnostic)\.ts$|node_modules[\\/]@?commander/,
          includeDependenciesRecursively: false,
          priority: 3,
        },
        { name: 'check', test: /(?:core\/cli\/commands\/check|plugins\/index)\.ts$/, priority: 2 },
        { name: 'run', test: /core\/(?:cli\/commands\/run|plugin\/runner)\.ts$/, priority: 1 },
      ],
    },
  },
})
