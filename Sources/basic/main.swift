import BasicCommands

prepareProcess()
await Basic.run()
