// Jest before Node 24.9 requires no ES modules: ts-jest compiles them, ours and those that they import.
module.exports = {
  transform: { '\\.[jt]s$': 'ts-jest' },
  transformIgnorePatterns: [],
}
