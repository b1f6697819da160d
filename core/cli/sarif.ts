import {
  type CheckReport,
  type CodeExplanations,
  type Diagnostic,
  findExplanation,
  type Severity,
} from '../index.ts'

const schema = 'https://json.schemastore.org/sarif-2.1.0.json'
const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/** The findings as SARIF 2.1.0: paths relative to the root as `%SRCROOT%`, columns in UTF-16 units, each rule explained. */
export function toSarif(
  { diagnostics }: Pick<CheckReport, 'diagnostics'>,
  version: string,
  explained: CodeExplanations,
): unknown {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].toSorted()
  const indexes = new Map(codes.map((code, index) => [code, index]))
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'heddle',
            version,
            rules: codes.map((code) => ruleOf(code, diagnostics, explained)),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the project.' } } },
        results: diagnostics.map((diagnostic) => resultOf(diagnostic, indexes.get(diagnostic.code)!)),
      },
    ],
  }
}

function ruleOf(code: string, diagnostics: readonly Diagnostic[], explained: CodeExplanations): unknown {
  const own = diagnostics.filter((diagnostic) => diagnostic.code === code)
  const found = findExplanation(explained, code)
  const means = found?.means ?? `A finding of the plugin ${own[0]?.plugin ?? code.split('/')[0]}.`
  const repair = found?.repair ?? own.find(({ hint }) => hint !== undefined)?.hint
  const worst = (['error', 'warning'] as const).find((severity) =>
    own.some((one) => one.severity === severity),
  )
  return {
    id: code,
    shortDescription: { text: means },
    help: { text: [means, found && `For example: ${found.example}`, repair].filter(Boolean).join('\n\n') },
    defaultConfiguration: { level: levels[worst ?? 'info'] },
  }
}

function resultOf({ code, severity, message, hint, at, suggestion }: Diagnostic, ruleIndex: number): unknown {
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: hint === undefined ? message : `${message} ${hint}` },
    ...(at && {
      locations: [
        {
          physicalLocation: {
            artifactLocation: locate(at.path),
            region: { startLine: at.line, startColumn: at.column },
          },
        },
      ],
    }),
    ...(suggestion && { properties: { suggestion } }),
  }
}

/** Files of other layers do not lie below the root: their address stands for itself. */
function locate(path: string): unknown {
  const uri = path.split('/').map(encodeURIComponent).join('/')
  return /^(?:heddle:|~\/)/.test(path) ? { uri: encodeURI(path) } : { uri, uriBaseId: '%SRCROOT%' }
}
