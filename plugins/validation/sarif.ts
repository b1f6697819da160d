import type { ToolFinding, ValidationResult } from './result.ts'

const levels = { error: 'error', warning: 'warning', info: 'note' } as const

/**
 * The findings as SARIF 2.1.0, one run for each tool in the order in which they speak: rules by the tool's own names, paths
 * relative to the root as `%SRCROOT%`.
 */
export function toSarif({ findings }: Pick<ValidationResult, 'findings'>): unknown {
  const tools = [...new Set(findings.map(({ tool }) => tool))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: tools.map((tool) =>
      runOf(
        tool,
        findings.filter((finding) => finding.tool === tool),
      ),
    ),
  }
}

function runOf(name: string, findings: readonly ToolFinding[]): unknown {
  const rules = [...new Set(findings.flatMap(({ rule }) => (rule === null ? [] : [rule])))].toSorted()
  return {
    tool: { driver: { name, rules: rules.map((id) => ({ id })) } },
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the project.' } } },
    results: findings.map(({ message, severity, rule, path, line, column }) => ({
      ...(rule !== null && { ruleId: rule, ruleIndex: rules.indexOf(rule) }),
      level: levels[severity],
      message: { text: message },
      ...(path !== null && {
        locations: [
          {
            physicalLocation: {
              artifactLocation: {
                uri: path.split('/').map(encodeURIComponent).join('/'),
                uriBaseId: '%SRCROOT%',
              },
              region: { startLine: line, startColumn: column },
            },
          },
        ],
      }),
    })),
  }
}
