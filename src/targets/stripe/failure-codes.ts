import type { FailureKindName } from '../failures.ts';

/**
 * Every error code of Stripe (docs.stripe.com/error-codes; the union in the SDK's typings), sorted once. A test holds this
 * list against the typings, so that a new version of the SDK brings its new codes here.
 */
const codesByKind: Partial<Record<FailureKindName, string>> = {
  locked: 'lock_timeout',
  'key-in-use': 'idempotency_key_in_use',
  'rate-limit': 'rate_limit payment_intent_rate_limit_exceeded',
  authentication: 'api_key_expired platform_api_key_expired secret_key_required',
  permission: `account_closed account_invalid action_blocked application_fees_not_allowed capability_not_active
    financial_account_capability_not_enabled financial_account_capability_restricted
    instant_payouts_unsupported no_account not_allowed_on_standard_account ownership_declaration_not_allowed
    payment_method_unactivated platform_account_required request_blocked storer_capability_missing
    storer_capability_not_active stripe_tax_inactive tls_version_unsupported transfers_not_allowed approval_required`,
  'other-mode': 'livemode_mismatch testmode_charges_only payment_method_invalid_parameter_testmode',
  missing: 'resource_missing missing',
  'bad-data': `parameter_invalid_empty parameter_invalid_integer parameter_invalid_string_blank
    parameter_invalid_string_empty parameter_missing parameter_unknown parameters_exclusive url_invalid
    invalid_characters resource_already_exists country_code_invalid country_unsupported state_unsupported
    clearing_code_unsupported product_inactive sku_inactive out_of_inventory coupon_expired customer_max_subscriptions
    customer_max_payment_methods`,
  'contact-data': `email_invalid customer_tax_location_invalid invalid_tax_location shipping_address_invalid
    tax_id_invalid tax_id_prohibited siret_invalid postal_code_invalid payment_method_billing_details_address_missing
    account_country_invalid_address`,
  amount: `amount_too_large amount_too_small invalid_charge_amount charge_exceeds_source_limit
    charge_exceeds_transaction_limit balance_insufficient`,
  'wrong-state': `invoice_not_editable invoice_on_behalf_of_not_editable status_transition_invalid
    intent_invalid_state payment_intent_unexpected_state payment_method_unexpected_state charge_already_captured
    charge_already_refunded charge_disputed charge_not_refundable charge_expired_for_capture
    capture_charge_authorization_expired capture_unauthorized_payment refund_disputed_payment`,
  'not-finalizable': `invoice_no_customer_line_items invoice_no_payment_method_types
    invoice_no_subscription_line_items shipping_calculation_failed`,
  'tax-calculation': 'failed_tax_calculation taxes_calculation_failed',
  declined: `card_declined card_decline_rate_limit_exceeded bank_account_declined bank_account_restricted
    bank_account_unusable debit_not_authorized payment_method_customer_decline payment_method_provider_decline
    payment_method_restricted payment_method_bank_account_blocked refer_to_customer payment_intent_payment_attempt_failed
    payment_intent_mandate_invalid india_recurring_payment_mandate_canceled billing_invalid_mandate
    invalid_mandate_reference_prefix_format sepa_unsupported_account payment_method_not_available
    payment_method_currency_mismatch payment_method_unsupported_type payment_intent_incompatible_payment_method
    payment_method_configuration_failures payment_method_invalid_parameter payment_intent_invalid_parameter
    charge_invalid_parameter token_already_used token_in_use token_card_network_invalid invalid_card_type
    invalid_source_usage three_d_secure_authentication_not_supported anomalous_money_movement_request`,
  funds: 'insufficient_funds',
  expired: 'expired_card expired_payment_method payment_intent_payment_attempt_expired',
  'card-data': `incorrect_address incorrect_cvc incorrect_number incorrect_postal_code incorrect_zip invalid_cvc
    invalid_expiry_month invalid_expiry_year invalid_number account_number_invalid routing_number_invalid
    bank_account_bad_routing_numbers bank_account_exists cardholder_phone_number_required
    payment_intent_konbini_rejected_confirmation_number`,
  'action-required': `authentication_required invoice_payment_intent_requires_action payment_intent_action_required
    payment_intent_authentication_failure authentication_failure intent_verification_method_missing
    bank_account_unverified bank_account_verification_failed payment_method_microdeposit_failed
    payment_method_microdeposit_verification_amounts_invalid payment_method_microdeposit_verification_amounts_mismatch
    payment_method_microdeposit_verification_attempts_exceeded
    payment_method_microdeposit_verification_descriptor_code_mismatch payment_method_microdeposit_verification_timeout
    payment_method_bank_account_already_verified acss_debit_session_incomplete`,
  'processing-failed': `processing_error payment_method_provider_timeout payment_method_microdeposit_processing_error
    three_d_secure_authentication_upstream_error`,
  'not-ours': `account_error_country_change_requires_additional_steps account_information_mismatch
    account_token_required_for_v2_account alipay_upgrade_required balance_invalid_parameter bitcoin_upgrade_required
    customer_session_expired dispute_evidence_page_limit_exceeded financial_account_balance_does_not_support_currency
    financial_connections_account_inactive financial_connections_account_pending_account_numbers
    financial_connections_account_unavailable_account_numbers financial_connections_consent_locale_invalid
    financial_connections_consent_locale_unsupported financial_connections_no_successful_transaction_refresh
    forwarding_api_inactive forwarding_api_invalid_parameter forwarding_api_retryable_upstream_error
    forwarding_api_upstream_connection_error forwarding_api_upstream_connection_timeout forwarding_api_upstream_error
    instant_payouts_config_disabled instant_payouts_currency_disabled instant_payouts_limit_exceeded
    invalid_canceled_subscription_fields invoice_upcoming_none payment_evaluation_on_api_version_not_supported
    payout_reconciliation_not_ready payouts_limit_exceeded payouts_not_allowed progressive_onboarding_limit_exceeded
    return_intent_already_processed service_period_coupon_with_metered_tiered_item_unsupported setup_attempt_failed
    setup_intent_authentication_failure setup_intent_invalid_parameter setup_intent_mandate_invalid
    setup_intent_mobile_wallet_unsupported setup_intent_setup_attempt_expired setup_intent_unexpected_state
    smart_disputes_not_available subscription_update_trial_after_billing_cycle_anchor
    terminal_location_country_unsupported terminal_reader_busy terminal_reader_hardware_fault
    terminal_reader_invalid_location_for_activation terminal_reader_invalid_location_for_payment terminal_reader_offline
    terminal_reader_timeout transfer_source_balance_parameters_mismatch`,
};

const codesWithKind = Object.entries(codesByKind).flatMap(([kind, codes]) =>
  codes
    .trim()
    .split(/\s+/)
    .map((code) => [code, kind as FailureKindName] as const),
);

/** Kinds by code; each code is there once. */
export const kindByCode: ReadonlyMap<string, FailureKindName> = new Map(codesWithKind);

/** All codes as they stand in the list, to be checked for one that stands there twice. */
export const listedCodes: readonly string[] = codesWithKind.map(([code]) => code);

/** Decline codes that say more than `card_declined` (docs.stripe.com/declines/codes). */
export const kindByDeclineCode: ReadonlyMap<string, FailureKindName> = new Map([
  ['fraudulent', 'declined-quietly'],
  ['lost_card', 'declined-quietly'],
  ['merchant_blacklist', 'declined-quietly'],
  ['pickup_card', 'declined-quietly'],
  ['restricted_card', 'declined-quietly'],
  ['security_violation', 'declined-quietly'],
  ['stolen_card', 'declined-quietly'],
  ['card_velocity_exceeded', 'funds'],
  ['insufficient_funds', 'funds'],
  ['withdrawal_count_limit_exceeded', 'funds'],
  ['expired_card', 'expired'],
  ['authentication_required', 'action-required'],
  ['incorrect_cvc', 'card-data'],
  ['incorrect_number', 'card-data'],
  ['incorrect_zip', 'card-data'],
  ['invalid_cvc', 'card-data'],
  ['invalid_expiry_month', 'card-data'],
  ['invalid_expiry_year', 'card-data'],
  ['invalid_number', 'card-data'],
  ['approve_with_id', 'processing-failed'],
  ['issuer_not_available', 'processing-failed'],
  ['processing_error', 'processing-failed'],
  ['reenter_transaction', 'processing-failed'],
  ['try_again_later', 'processing-failed'],
]);
