/// All causes, by family. The order counts only between causes that match equally closely.
enum Catalogue {
    static let all: [Cause] = script + artifact + resource + start + probe + request + warnings

    static let script: [Cause] = [
        .noScript, .indentation, .oldPythonSyntax, .newerPythonSyntax, .globalTooLate, .foreignText, .notText,
        .packageSyntax, .syntaxError, .newerTyping, .oldPrint,
        .hiddenImport, .outsideCodeFolder, .shadowedModule, .circularImport, .optionalExtension, .removedStandardModule,
        .removedModule, .moduleElsewhere,
        .packageOfOtherName, .relativeImport, .missingSubmodule, .missingModule, .removedName, .missingName,
        .removedAttribute, .saidToBeRemoved, .unexpectedArgument, .missingAttribute, .optionalPackage, .systemLibrary,
        .numpyMismatch, .binaryMismatch, .parsesArguments, .exitsItself,
        .threadFailed, .missingGlobal, .swallowedFailure, .unboundLocal, .undefinedName, .unsetVariable,
        .unsetVariableNone,
        .programMissing, .childFailed, .badVariableValue,
        .asyncPitfall, .failedAssertion, .scriptInvalid, .uncaughtException, .furtherImports, .furtherFunctions,
        .failingHandler,
    ]
    static let artifact: [Cause] = [
        .pickleOfMain, .pickleNeedsModule, .brokenFile, .needsGraphicsCard, .weightsOnly, .allowPickle,
        .otherVersionPickle,
        .folderOrFile, .unparsedFile, .wrongLoader, .missingFile, .emptySearch, .unreadableModel,
    ]
    static let resource: [Cause] = [
        .memoryGrowth, .outOfMemory, .allocationRefused, .diskFull, .exhausted, .addressInUse, .network, .permission,
        .illegalInstruction, .killsItself, .killed, .crashed, .silentExit, .lost,
    ]
    static let start: [Cause] = [
        .containerEntrypoint, .containerEnded, .badServerSetting, .pythonVariables, .entrypoint, .notStarted,
    ]
    static let probe: [Cause] = [
        .containerNotReady, .slowStart, .waitsForFailedThread, .hangsAtStart, .notReadyInTime, .livenessLost,
    ]
    static let request: [Cause] = [
        .runSignature, .notSerialisable, .requestNotJSON, .parsedTwice, .bodyIsText, .missingRequestKey, .inputShape,
        .notAModel,
        .nothingThere,
        .runTimedOut,
    ]
    static let warnings: [Cause] = [.versionMismatch, .reservedVariables, .workerCount, .serverWarning]
}
