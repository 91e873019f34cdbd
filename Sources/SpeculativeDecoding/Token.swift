/// A token's number in the vocabulary that the target and every draft source share.
public typealias Token = Int32
