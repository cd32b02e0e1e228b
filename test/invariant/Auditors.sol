// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";

import {IAuditorQuorum} from "../../contracts/interfaces/IAuditorQuorum.sol";
import {ContractWallet} from "./ContractWallet.sol";

/// @notice Five auditors, one of them a contract, of whom two rule and four overturn; and one who would like to be one.
contract Auditors is CommonBase {
    uint256 public constant COUNT = 5;
    uint256 public constant THRESHOLD = 2;
    uint256 public constant OVERTURN_THRESHOLD = 4;

    address public immutable IMPOSTOR;

    address[] private _list;
    mapping(address auditor => uint256) private _keys;

    constructor() {
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256 key = uint256(keccak256(abi.encode("auditor", i)));
            _insert(i == 0 ? address(new ContractWallet(vm.addr(key))) : vm.addr(key), key);
        }
        uint256 own = uint256(keccak256("impostor"));
        IMPOSTOR = vm.addr(own);
        _keys[IMPOSTOR] = own;
    }

    /// @notice In ascending order.
    function list() external view returns (address[] memory) {
        return _list;
    }

    /// @notice At least `needed` of them sign a text, in order; which, and how many more, is by the seed.
    function sign(bytes32 digest, uint256 needed, uint256 seed)
        external
        view
        returns (IAuditorQuorum.AuditorSignature[] memory)
    {
        return exactly(digest, needed + seed % (COUNT - needed + 1), seed / 8);
    }

    /// @notice So many of them sign a text, in order.
    function exactly(bytes32 digest, uint256 count, uint256 seed)
        public
        view
        returns (IAuditorQuorum.AuditorSignature[] memory signatures)
    {
        signatures = new IAuditorQuorum.AuditorSignature[](count);
        uint256 given = 0;
        for (uint256 i = 0; i < COUNT; ++i) {
            // As many as are left are all needed, or one in two.
            bool needed = count - given == COUNT - i;
            if (given == count || !(needed || (seed >> i) & 1 == 1)) continue;
            signatures[given++] = signatureOf(_list[i], digest);
        }
    }

    /// @notice One's signature.
    function signatureOf(address auditor, bytes32 digest) public view returns (IAuditorQuorum.AuditorSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[auditor], digest);
        return IAuditorQuorum.AuditorSignature(auditor, abi.encodePacked(r, s, v));
    }

    function _insert(address auditor, uint256 key) private {
        _keys[auditor] = key;
        _list.push(auditor);
        for (uint256 i = _list.length - 1; i > 0 && _list[i - 1] > _list[i]; --i) {
            (_list[i - 1], _list[i]) = (_list[i], _list[i - 1]);
        }
    }
}
