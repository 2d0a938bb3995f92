/// All causes, by family. The order counts only between causes that match equally closely.
enum Catalogue {
    static let all: [Cause] = script + artifact + resource + start + probe + request + warnings

    static let script: [Cause] = [
        .indentation, .oldPythonSyntax, .newerPythonSyntax, .foreignText, .notText, .packageSyntax, .syntaxError,
        .newerTyping,
        .shadowedModule, .circularImport, .optionalExtension, .removedStandardModule, .removedModule, .moduleElsewhere,
        .packageOfOtherName, .relativeImport, .missingSubmodule, .missingModule, .removedName, .missingName,
        .removedAttribute, .systemLibrary, .numpyMismatch, .binaryMismatch, .parsesArguments, .exitsItself,
        .missingGlobal, .swallowedFailure, .unboundLocal, .undefinedName, .unsetVariable, .unsetVariableNone,
        .asyncPitfall, .failedAssertion, .scriptInvalid, .uncaughtException, .furtherImports, .furtherFunctions,
        .failingHandler,
    ]
    static let artifact: [Cause] = [
        .pickleOfMain, .pickleNeedsModule, .brokenFile, .needsGraphicsCard, .weightsOnly, .allowPickle,
        .otherVersionPickle,
        .folderOrFile, .wrongLoader, .missingFile, .emptySearch, .unreadableModel,
    ]
    static let resource: [Cause] = [
        .memoryGrowth, .outOfMemory, .allocationRefused, .diskFull, .exhausted, .addressInUse, .network, .permission,
        .illegalInstruction, .killsItself, .killed, .crashed, .silentExit, .lost,
    ]
    static let start: [Cause] = [.badServerSetting, .pythonVariables, .entrypoint, .notStarted]
    static let probe: [Cause] = [.slowStart, .hangsAtStart, .notReadyInTime, .livenessLost]
    static let request: [Cause] = [
        .notSerialisable, .requestNotJSON, .parsedTwice, .bodyIsText, .missingRequestKey, .inputShape, .notAModel,
        .nothingThere,
        .runTimedOut,
    ]
    static let warnings: [Cause] = [.versionMismatch, .reservedVariables, .workerCount, .serverWarning]
}
