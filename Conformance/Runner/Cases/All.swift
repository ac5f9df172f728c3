// Every file of cases has one function here; the order is that of the report.
func registerAll() {
  errorCases()
  deviceCases()
  memoryCases()
  copyCases()
  streamCases()
  defaultStreamCases()
  eventCases()
  launchCases()
  symbolCases()
  arrayCases()
  textureCases()
  interopCases()
  deviceQueryCases()
  libraryCases()
  executionContextCases()
  logCases()
}
