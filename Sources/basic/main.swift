import BasicCommands

prepareForInterruption()
await Basic.run()
